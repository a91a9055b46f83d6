use std::sync::Mutex;

use axum::body::Body;
use axum::http::Request as HttpRequest;
use tower::ServiceExt as _;

use super::*;
use crate::domain::account::Settings;
use crate::domain::device::Line;
use crate::domain::kept::{Kept, KeptQueue};
use crate::domain::toll::{Reason, Refusal};
use crate::domain::{AccountId, DialNumber, QueueId, UserId};
use crate::reconcile::Options;
use crate::reconcile::build::build;
use crate::reconcile::build::tests::rows;

const RIGHT: &str = "Basic ZnJlZXN3aXRjaDpzZWNyZXQ=";

fn sources(answer: bool) -> (Sources, Arc<Mutex<Vec<StarCode>>>) {
    let desired = Arc::new(dialplan::tests::office(Settings::default(), Some("carrier")));
    let asked = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&asked);
    let sources = Sources {
        serves: true,
        credentials: Credentials::new("freeswitch".to_owned(), "secret".to_owned().into()),
        desired: Arc::new(move || Arc::clone(&desired)),
        presence: Presence::default(),
        served: Served::default(),
        redeem: Arc::new(move |star| {
            noted.lock().unwrap().push(star);
            Box::pin(async move { answer })
        }),
        spoke_with: Arc::new(|_| None),
        leave: Arc::new(|_| Box::pin(async { Ok(Admitted::default()) })),
        refused: Arc::new(|_| {}),
        emergency: Arc::new(|_| {}),
        record: Arc::new(|_| Box::pin(std::future::ready(true))),
    };
    (sources, asked)
}

async fn post(sources: &Sources, authorization: &str, body: &str) -> (StatusCode, String) {
    let request =
        HttpRequest::post("/freeswitch/xml").header(header::AUTHORIZATION, authorization).body(Body::from(body.to_owned())).unwrap();
    let response = router(sources.clone()).oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

/// What is answered to these fields.
async fn answered(body: &str) -> String {
    let (status, text) = post(&sources(false).0, RIGHT, body).await;
    assert_eq!(status, StatusCode::OK);
    text
}

const NOT_FOUND: &str = r#"<document type="freeswitch/xml"><section name="result"><result status="not found"/></section></document>"#;
const NOBODY: &str =
    r#"<document type="freeswitch/xml"><section name="directory"><domain name="lab.local"><users></users></domain></section></document>"#;

#[tokio::test]
async fn a_switch_without_the_password_learns_nothing() {
    let (status, text) = post(&sources(true).0, "Basic eDp5", "section=directory&user=1001&domain=lab.local").await;
    assert_eq!((status, text.as_str()), (StatusCode::UNAUTHORIZED, ""));
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let (status, _) = post(&sources(true).0, RIGHT, &"x".repeat(BODY_MAX_BYTES + 1)).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_phone_is_found_in_its_domain_as_it_was_asked_for() {
    insta::assert_snapshot!(answered("section=directory&action=sip_auth&user=1001&domain=Lab.local").await.replace("><", ">\n<"));
    for unknown in ["user=1001&domain=other.local", "user=&domain=", "purpose=gateways&profile=internal"] {
        assert_eq!(answered(&format!("section=directory&{unknown}")).await, NOT_FOUND, "{unknown}");
    }
    // One that was deleted is not looked for in the switch's own files.
    assert_eq!(answered("section=directory&user=1009&domain=lab.local").await, NOBODY);
}

#[tokio::test]
async fn a_mailbox_is_found_but_nobody_signs_in_as_it() {
    let desired = Arc::new(dialplan::setting_tests::with_mailbox());
    let sources = Sources { desired: Arc::new(move || Arc::clone(&desired)), ..sources(false).0 };
    let asked = async |fields: &str| post(&sources, RIGHT, &format!("section=directory&domain=lab.local&{fields}")).await.1;
    let mailbox = asked("action=voicemail-lookup&user=300").await;
    insta::assert_snapshot!(mailbox.replace("><", ">\n<"));
    assert_eq!(asked("action=sip_auth&user=300").await, NOBODY);
    let phone = asked("action=sip_auth&user=1001").await;
    assert!(phone.contains("a1-hash") && !phone.contains("vm-password"), "{phone}");
}

#[tokio::test]
async fn queues_are_served_whole_or_alone_and_agents_never() {
    let all = answered("section=configuration&key_value=callcenter.conf").await;
    insta::assert_snapshot!(all.replace("><", ">\n<"));
    let one = "section=configuration&key_value=callcenter.conf&Core-UUID=u&CC-Queue=";
    assert_eq!(answered(&format!("{one}5%40lab.local")).await, all);
    let none = answered(&format!("{one}6%40lab.local")).await;
    assert!(none.contains("<queues></queues>"), "one that was deleted is not looked for in the switch's own files: {none}");
    assert_eq!(answered(&format!("{one}6%40other.local")).await, NOT_FOUND);
    assert_eq!(answered("section=configuration&key_value=sofia.conf").await, NOT_FOUND);
}

#[tokio::test]
async fn a_star_code_is_redeemed_once_a_request_for_the_phone_that_dialled_it() {
    let body = "section=dialplan&Unique-ID=channel&Caller-Context=default&Caller-Destination-Number=**9477&variable_ccgate_device_id=2";
    let (sources, asked) = sources(true);
    let (_, text) = post(&sources, RIGHT, body).await;
    assert!(text.contains("ccgate_star=done"), "{text}");
    let wanted = StarCode { device: DeviceId(2), code: "**9477".to_owned(), channel: "channel".to_owned() };
    assert_eq!(*asked.lock().unwrap(), [wanted]);
}

/// What is answered to a phone that dials, and who was asked what.
async fn dialled(number: &str, context: &str, leave: Result<Admitted, Barred>) -> (String, Vec<Leaving>, Vec<Emergency>) {
    let (asked, told) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(Vec::new())));
    let (noted, heard) = (Arc::clone(&asked), Arc::clone(&told));
    let sources = Sources {
        desired: {
            let settings = Settings { dial_without_checkin: true, ..Settings::default() };
            let desired = Arc::new(dialplan::tests::office(settings, Some("carrier")));
            Arc::new(move || Arc::clone(&desired))
        },
        leave: Arc::new(move |leaving| {
            noted.lock().unwrap().push(leaving);
            Box::pin(async move { leave })
        }),
        emergency: Arc::new(move |emergency| heard.lock().unwrap().push(emergency)),
        ..sources(false).0
    };
    let body = format!(
        "section=dialplan&Unique-ID=channel&Caller-Context={context}&Caller-Destination-Number={number}&variable_ccgate_device_id=2\
         &variable_ccgate_call_id=first"
    );
    let (_, text) = post(&sources, RIGHT, &body).await;
    let (asked, told) = (asked.lock().unwrap().clone(), told.lock().unwrap().clone());
    (text, asked, told)
}

#[tokio::test]
async fn a_call_outside_leaves_when_it_may() {
    let leaving = |leg| Leaving {
        account: AccountId(1),
        call: LegId::new("first"),
        device: Some(DeviceId(2)),
        user: Some(UserId(8)),
        numbers: [(); 2].map(|()| DialNumber::parse("0312345678").unwrap()),
        leg,
    };
    let (text, asked, told) = dialled("0312345678", "default", Ok(Admitted::default())).await;
    assert!(text.contains("sofia/gateway/carrier/0312345678") && !text.contains("sched_hangup"), "{text}");
    assert_eq!((asked, told), (vec![leaving(Leg::Dialled)], vec![]));
    let (text, asked, _) = dialled("0312345678", "ccgate", Ok(Admitted { max_s: Some(90) })).await;
    assert!(
        text.contains(",execute_on_answer_toll=sched_hangup +90 ALLOTTED_TIMEOUT,ccgate_outside=true]sofia/gateway/carrier/0312345678"),
        "{text}"
    );
    assert_eq!(asked, [leaving(Leg::Clicked)], "a click-to-call was counted when it was asked for");
    let toll = |reason| Barred::Toll(Refusal { reason, by_box: false });
    for (barred, cause) in [
        (Barred::DoNotCall, "OUTGOING_CALL_BARRED"),
        (toll(Reason::Premium), "OUTGOING_CALL_BARRED"),
        (toll(Reason::MinutesPerDay), "OUTGOING_CALL_BARRED"),
        (toll(Reason::CallsAtOnce), "NORMAL_CIRCUIT_CONGESTION"),
        (toll(Reason::CallsPerSecond), "NORMAL_CIRCUIT_CONGESTION"),
        (Barred::Unknown, "NORMAL_TEMPORARY_FAILURE"),
    ] {
        let (text, ..) = dialled("0312345678", "default", Err(barred)).await;
        assert!(text.contains(&format!(r#"<action application="hangup" data="{cause}"/>"#)) && !text.contains("bridge"), "{text}");
    }
    let (_, asked, _) = dialled("700", "default", Err(Barred::Unknown)).await;
    assert_eq!(asked, [], "the office is not outside");
}

#[tokio::test]
async fn an_emergency_call_asks_nobody_and_is_told() {
    for context in ["default", "ccgate"] {
        let (text, asked, told) = dialled("112", context, Err(Barred::DoNotCall)).await;
        assert!(text.contains("sofia/gateway/carrier/112"), "{text}");
        assert_eq!(asked, []);
        let number = DialNumber::parse("112").unwrap();
        let call = LegId::new("first");
        assert_eq!(told, [Emergency { account: AccountId(1), call, device: DeviceId(2), user: Some(UserId(8)), number }]);
    }
}

#[test]
fn what_was_there_before_is_left_to_the_switchs_own_files() {
    let (mut rows, mut kept) = (rows(), Kept::default());
    let names = [(1, "support@default", false), (2, "sales@default", true)];
    kept.queues = names.map(|(id, name, owned)| (QueueId(id), KeptQueue { name: name.parse().unwrap(), owned })).into();
    rows.kept.insert(AccountId(1), kept);
    let Line::Sip { a1_hash, .. } = &mut rows.devices[0].line else { panic!("a SIP phone") };
    a1_hash.0.clear();
    let desired = build(rows, &Options::default());
    let found = |text: io::Result<String>| text.unwrap() != NOT_FOUND;
    let queue = |name| found(callcenter::conf(&desired, Some(name)));
    assert_eq!(["support@default", "sales@default", "1@lab.local", "other@default"].map(queue), [false, true, false, false]);
    assert!(!found(callcenter::conf(&desired, None)), "the module takes its own file");
    let phone = |user| found(directory::user(&desired, user, "lab.local", true));
    assert_eq!(["phone1", "phone2", "nobody"].map(phone), [false, true, false]);
    let whole = [callcenter::file(&desired).unwrap(), directory::file(&desired).unwrap()].concat();
    assert!(whole.contains("sales@default") && !whole.contains("support@default") && !whole.contains("lab.local"), "{whole}");
}
