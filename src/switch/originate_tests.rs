use super::super::contact::tests::{device, sip};
use super::*;

pub(crate) fn request() -> OriginateRequest {
    OriginateRequest {
        uuid: Uuid::from_u128(7),
        device: device(3, sip("1001")),
        account_id: AccountId(1),
        domain: Domain::parse("lab.local").unwrap(),
        user_id: Some(UserId(17)),
        gateway: None,
        destination: DialNumber::parse("+972500000001").unwrap(),
        call_type: CallType::Outbound,
        country: None,
        caller_id: CallerId::default(),
        display: CallerId::default(),
        auto_answer: false,
        timeout_s: 4,
        lead_id: None,
        lead_name: Spoken::default(),
        tags: Vec::new(),
        variables: Vec::new(),
    }
}

#[test]
fn the_least_request() {
    insta::assert_snapshot!(request().api().unwrap().line(), @"originate {origination_uuid=00000000-0000-0000-0000-000000000007,originate_timeout=4,ignore_early_media=true,ccgate_call_id=00000000-0000-0000-0000-000000000007,ccgate_call_type=outbound,ccgate_account_id=1,ccgate_device_id=3,ccgate_dst_num=+972500000001,ccgate_user_id=17,origination_caller_id_name=+972500000001,origination_caller_id_number=+972500000001,effective_caller_id_name=1001,effective_caller_id_number=1001}user/1001@lab.local +972500000001 XML ccgate");
}

#[test]
fn everything_that_may_be_asked_for() {
    let number = |number| Some(DialNumber::parse(number).unwrap());
    let full = OriginateRequest {
        caller_id: CallerId { number: number("972500000009"), name: Spoken::new("Acme, {Inc} '$${x}'") },
        display: CallerId { number: number("5551"), name: Spoken::new("Call back") },
        auto_answer: true,
        timeout_s: 0,
        lead_id: Some(LeadId::parse("04").unwrap()),
        lead_name: Spoken::new("ABC, office"),
        tags: vec![Spoken::new("vip,1"), Spoken::new("new")],
        variables: vec![
            (VariableName::ext("crm").unwrap(), Spoken::new("a=b}user/1002")),
            (VariableName::ext("none").unwrap(), Spoken::new("{}")),
        ],
        ..request()
    };
    let line = full.api().unwrap().line();
    let tail = line.split_once("ccgate_user_id=17,").unwrap().1;
    insta::assert_snapshot!(tail, @"ccgate_lead_id=04,ccgate_lead_name='ABC office',ccgate_tags=vip1;new,origination_caller_id_name='Call back',origination_caller_id_number=5551,effective_caller_id_name='Acme Inc x',effective_caller_id_number=972500000009,sip_auto_answer=true,ext_crm=abuser1002}user/1001@lab.local +972500000001 XML ccgate");
    assert_eq!(full.deadline(), Duration::from_secs(40));
}

#[test]
fn only_ext_variables_can_be_named() {
    assert_eq!(VariableName::ext("a_1").unwrap().as_str(), "ext_a_1");
    for bad in ["", "a b", "a=b", "a,b", "a}", "é", "a-b"] {
        assert_eq!(VariableName::ext(bad), None, "{bad:?}");
    }
    assert_eq!(VariableName::ext(&"x".repeat(65)), None);
}
