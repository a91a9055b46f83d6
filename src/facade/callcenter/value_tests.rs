use serde_json::json;

use super::*;

#[test]
fn booleans_and_numbers_come_in_both_worlds() {
    for (value, expected) in [(json!("1"), true), (json!(1), true), (json!("true"), true), (json!(false), false), (json!("0"), false)] {
        assert_eq!(bool::from_param(&value), Ok(expected));
    }
    for value in [json!("yes"), json!(2), json!(null), json!([]), json!("")] {
        assert!(bool::from_param(&value).is_err(), "{value}");
    }
    assert_eq!(u32::from_param(&json!(" 7 ")), Ok(7));
    for value in [json!(-1), json!("4294967295"), json!(1.5), json!("x"), json!(true)] {
        assert_eq!(u32::from_param(&value), Err("must be a whole number from 0 to 2147483647".to_owned()));
    }
    assert_eq!(Option::<u32>::from_param(&json!("")), Ok(None));
    assert_eq!(Option::<u32>::from_param(&json!(null)), Ok(None));
}

#[test]
fn lists_come_in_every_form() {
    for value in [json!("1,2"), json!([1, 2]), json!(["1", "2"]), json!("[1,2]"), json!(" 1 , 2 ")] {
        assert_eq!(Ids::from_param(&value), Ok(Ids(vec![1, 2])), "{value}");
    }
    assert_eq!(Ids::from_param(&json!("")), Ok(Ids(vec![])));
    assert_eq!(Ids::from_param(&json!(5)), Ok(Ids(vec![5])));
    for value in [json!("1,,2"), json!("1;2"), json!([1, [2]]), json!({"a": 1}), json!("-1"), json!("0")] {
        assert!(Ids::from_param(&value).is_err(), "{value}");
    }
    let rows = Rows(vec![vec![json!(1), json!(4)]]);
    for value in [json!([[1, 4]]), json!("[[1,4]]"), json!(["[1,4]"])] {
        assert_eq!(Rows::from_param(&value), Ok(rows.clone()), "{value}");
    }
    assert!(Rows::from_param(&json!("1,2")).is_err());
}

#[test]
fn hostile_text_is_no_number_and_no_label_with_line_breaks() {
    for hostile in ["1001\n\napi shutdown", "{x=y}1001", "1001,1002", "&system(id)", "${system id}"] {
        let value = json!(hostile);
        assert!(DialNumber::from_param(&value).is_err());
        assert!(ExtensionNumber::from_param(&value).is_err());
        assert!(SipUser::from_param(&value).is_err());
        assert!(u32::from_param(&value).is_err());
        assert!(Strategy::from_param(&value).is_err());
        assert_eq!(Label::from_param(&value).is_err(), hostile.contains('\n'));
        assert_eq!(Text::from_param(&value).is_err(), hostile.contains('\n'));
    }
}

#[test]
fn networks_may_be_single_addresses() {
    let networks = Vec::<IpNet>::from_param(&json!("10.0.0.0/8, 192.0.2.1")).unwrap();
    assert_eq!(networks, ["10.0.0.0/8".parse::<IpNet>().unwrap(), "192.0.2.1/32".parse().unwrap()]);
    assert!(Vec::<IpNet>::from_param(&json!("here")).is_err());
}

#[test]
fn permissions_are_named() {
    assert_eq!(Permissions::from_param(&json!({"agents": 1})), Ok(Permissions::from([(Permission::Agents, true)])));
    assert!(Permissions::from_param(&json!({"everything": true})).unwrap_err().contains("cc_api, agents"));
}
