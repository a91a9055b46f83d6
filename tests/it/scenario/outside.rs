//! Calls outside: dial rules, caller's numbers, numbers that are not to be called, limits.

use serde_json::{Value, json};

use super::{ANSWERS, agent, check_in, done, ended, leg_to, resource, scenarios};
use crate::harness::World;

scenarios![a_rule_rewrites_and_bars, the_user_is_seen_as_it_says, a_number_that_is_not_to_be_called, limits];

const CUSTOMER: &str = "0501234567";

/// Makes a list of numbers of the account that are not to be called.
pub(super) async fn do_not_call(w: &World, number: &str) {
    let list = resource(w, "phone_list", json!({"name": "Do not call"})).await;
    done(w.post(&format!("/api/phone_list/{list}/lead"), json!({"phone": number})).await);
    done(w.put("/api/account", json!({"dnc_list_id": list})).await);
}

/// What a click-to-call of the user's is answered.
async fn click(w: &World, user: i64, number: &str) -> (u16, Value) {
    let number = number.replace('+', "%2B");
    let answer = w.get(&format!("/api/cc_agent/originate?user_id={user}&destination={number}")).await;
    (answer.status, answer.body)
}

/// Fails unless it is forbidden with a message that says this.
pub(super) async fn forbidden(w: &World, user: i64, number: &str, why: &str) {
    let (status, body) = click(w, user, number).await;
    assert_eq!((status, &body["success"]), (403, &json!(false)), "{body}");
    assert!(body["msg"].as_str().is_some_and(|msg| msg.contains(why)), "{body}");
}

async fn a_rule_rewrites_and_bars(w: &mut World) {
    let (user, desk) = agent(w, "1001", ANSWERS).await;
    check_in(w, user, desk).await;
    let rule = json!({"name": "Abroad", "deny": ["1900"], "strip": 1, "prepend": "+972", "caller_number": "97237654321"});
    let rule = resource(w, "dial_rule", rule).await;
    done(w.put("/api/account", json!({"dr_id": rule})).await);
    w.phones.outside("+972501234567", ANSWERS).await;

    let call = w.phones.dial("1001", CUSTOMER).await;
    let leg = leg_to(w, "+972501234567").await;
    assert_eq!(leg["cid_num"], "97237654321", "{leg}");
    assert!(w.phones.answered(call).await);
    w.phones.hang_up(call).await;
    w.idle().await;

    let barred = w.phones.dial("1001", "1900123").await;
    assert!(!w.phones.answered(barred).await);
    forbidden(w, user, "1900123", "prefix").await;

    let (status, body) = click(w, user, CUSTOMER).await;
    assert_eq!((status, &body["success"]), (200, &json!(true)), "{body}");
    let leg = leg_to(w, "+972501234567").await;
    assert_eq!(leg["cid_num"], "97237654321", "a click-to-call goes the same way: {leg}");
    w.ask_switch("hupall NORMAL_CLEARING").await;
    w.idle().await;
}

async fn the_user_is_seen_as_it_says(w: &mut World) {
    let (user, desk) = agent(w, "1001", ANSWERS).await;
    let (other, _) = agent(w, "1002", ANSWERS).await;
    super::extension(w, "2000", "user", other).await;
    check_in(w, user, desk).await;
    w.phones.outside(CUSTOMER, ANSWERS).await;
    let own = json!({
        "override_device": true, "ecnam": "Acme ${system id}", "ecnum": "97230000001", "ocnam": "Dana", "ocnum": "7001",
        "cnum_by_country": {"us": "12125550100"},
    });
    done(w.put(&format!("/api/user/{user}"), own).await);
    done(w.put("/api/account", json!({"toll": {"international": true}})).await);
    for (number, dest, name, shown) in [
        (CUSTOMER, CUSTOMER, "Acme system id", "97230000001"),
        ("+12125550123", "+12125550123", "Acme system id", "12125550100"),
        ("2000", "1002", "Dana", "7001"),
    ] {
        let call = w.phones.dial("1001", number).await;
        let leg = leg_to(w, dest).await;
        assert_eq!((&leg["cid_name"], &leg["cid_num"]), (&json!(name), &json!(shown)), "{leg}");
        w.phones.hang_up(call).await;
        w.idle().await;
    }
    let (status, body) = click(w, user, CUSTOMER).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(leg_to(w, CUSTOMER).await["cid_num"], "97230000001", "and so is a click-to-call without cid");
    w.ask_switch("hupall NORMAL_CLEARING").await;
    w.idle().await;
    let clicked = w.get(&format!("/api/cc_agent/originate?user_id={user}&destination={CUSTOMER}&cid=555")).await;
    assert_eq!(clicked.status, 200, "{}", clicked.body);
    assert_eq!(leg_to(w, CUSTOMER).await["cid_num"], "555", "the cid of a click-to-call comes first");
    w.ask_switch("hupall NORMAL_CLEARING").await;
    w.idle().await;
}

async fn a_number_that_is_not_to_be_called(w: &mut World) {
    let (user, desk) = agent(w, "1001", ANSWERS).await;
    check_in(w, user, desk).await;
    do_not_call(w, CUSTOMER).await;
    for spelling in [CUSTOMER, "+972501234567"] {
        w.phones.outside(spelling, ANSWERS).await;
        let call = w.phones.dial("1001", spelling).await;
        assert!(!w.phones.answered(call).await, "{spelling}");
    }
    forbidden(w, user, CUSTOMER, "dnc_list_id").await;
    // Behind the digit for an outside line it is the same number.
    let rule = resource(w, "dial_rule", json!({"name": "Outside line", "strip": 1})).await;
    done(w.put("/api/account", json!({"dr_id": rule})).await);
    forbidden(w, user, &format!("9{CUSTOMER}"), "dnc_list_id").await;
    let call = w.phones.dial("1001", &format!("9{CUSTOMER}")).await;
    assert!(!w.phones.answered(call).await, "the number that leaves is on the list");
    done(w.put("/api/account", json!({"dr_id": 0})).await);
    w.phones.outside("0507654321", ANSWERS).await;
    let call = w.phones.dial("1001", "0507654321").await;
    assert!(w.phones.answered(call).await, "any other may be");
    w.phones.hang_up(call).await;
}

async fn limits(w: &mut World) {
    let (user, desk) = agent(w, "1001", ANSWERS).await;
    let (other, phone) = agent(w, "1002", ANSWERS).await;
    check_in(w, user, desk).await;
    check_in(w, other, phone).await;
    w.phones.outside(CUSTOMER, ANSWERS).await;
    done(w.put("/api/account", json!({"limits": {"calls_at_once": 1}})).await);
    let first = w.phones.dial("1001", CUSTOMER).await;
    assert!(w.phones.answered(first).await);
    let second = w.phones.dial("1002", CUSTOMER).await;
    assert!(!w.phones.answered(second).await, "one is under way");
    forbidden(w, other, CUSTOMER, "calls_at_once").await;
    w.phones.hang_up(first).await;
    ended(w, 3).await;
    let third = w.phones.dial("1002", CUSTOMER).await;
    assert!(w.phones.answered(third).await, "it is over");
    w.phones.hang_up(third).await;
    done(w.put("/api/account", json!({"limits": {"calls_at_once": null, "calls_per_second": 0}})).await);
    forbidden(w, other, CUSTOMER, "calls_per_second").await;
}
