//! Click-to-call that does not come about: each answer has FreeSWITCH's hangup cause.

use serde_json::json;

use super::{ANSWERS, agent, done, extension, scenarios};
use crate::harness::World;
use crate::harness::phones::Behaviour;

scenarios![
    originate_to_a_busy_phone,
    originate_rejected,
    originate_without_answer,
    originate_to_an_unregistered_phone,
    a_lead_is_called,
    a_colleague_is_called,
];

async fn fails(w: &mut World, behaviour: Behaviour, causes: &[&str]) {
    let (user, device) = agent(w, "1001", behaviour).await;
    // Rings for a second instead of half a minute.
    done(w.put(&format!("/api/device/{device}"), json!({"timeout": 1})).await);
    let answer = w.get(&format!("/api/cc_agent/originate?user_id={user}&destination=0541234567")).await;
    assert_eq!((answer.status, &answer.body["success"], &answer.body["Success"]), (200, &json!(false), &json!(false)), "{}", answer.body);
    let cause = answer.body["hangup_cause"].as_str().unwrap_or_else(|| panic!("no hangup cause: {}", answer.body));
    assert!(causes.contains(&cause), "{cause} is none of {causes:?}");
    assert!(answer.body["msg"].as_str().is_some_and(|msg| !msg.is_empty()), "{}", answer.body);
    w.idle().await;
}

async fn originate_to_a_busy_phone(w: &mut World) {
    fails(w, Behaviour::Busy, &["USER_BUSY"]).await;
}

async fn originate_rejected(w: &mut World) {
    fails(w, Behaviour::Reject, &["CALL_REJECTED"]).await;
}

async fn originate_without_answer(w: &mut World) {
    fails(w, Behaviour::RingOn, &["NO_ANSWER"]).await;
}

async fn originate_to_an_unregistered_phone(w: &mut World) {
    let (user, _) = agent(w, "1001", ANSWERS).await;
    w.phones.unregister("1001").await;
    let answer = w.get(&format!("/api/cc_agent/originate?user_id={user}&destination=0541234567")).await;
    assert_eq!((answer.status, &answer.body["success"]), (200, &json!(false)), "{}", answer.body);
    assert!(
        ["USER_NOT_REGISTERED", "SUBSCRIBER_ABSENT"].contains(&answer.body["hangup_cause"].as_str().unwrap_or_default()),
        "{}",
        answer.body
    );
}

async fn a_lead_is_called(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, _) = agent(w, "1001", ANSWERS).await;
    let list = done(w.post("/api/phone_list", json!({"name": "Leads"})).await)["id"].as_i64().expect("an id");
    let lead = json!({
        "phone": "0501234567", "name": "ABC {office}", "lead_id": "04", "tags": "vip,new",
        "ext_api_vars": {"crm": "a b", "score": 7, "not a name": 1, "nested": {}},
    });
    done(w.post(&format!("/api/phone_list/{list}/lead"), lead).await);
    w.phones.outside("0501234567", ANSWERS).await;
    let clicked = w.get(&format!("/api/cc_agent/originate?user_id={user}&destination=0501234567&lead_id=04&sip_auto_answer=1")).await;
    let call = clicked.body["uuid"].as_str().unwrap_or_else(|| panic!("{}", clicked.body)).to_owned();
    let told = w.sink.next("call:answer", &secret).await["data"].clone();
    assert_eq!((&told["lead_id"], &told["lead_name"]), (&json!("04"), &json!("ABC office")), "{told}");
    assert_eq!((&told["tags"], &told["type"]), (&json!("vip;new"), &json!("outbound")), "{told}");
    for (name, value) in [("ext_crm", "a b"), ("ext_score", "7"), ("ext_nested", "_undef_")] {
        assert_eq!(w.ask_switch(&format!("uuid_getvar {call} {name}")).await.trim(), value, "{name}");
    }
    let header = w.ask_switch(&format!("uuid_getvar {call} sip_h_Call-Info")).await;
    assert!(header.contains("answer-after=0"), "phones know this: {header}");
    w.ask_switch("hupall NORMAL_CLEARING").await;
    w.idle().await;
}

async fn a_colleague_is_called(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, _) = agent(w, "1001", ANSWERS).await;
    let (other, desk) = agent(w, "1002", ANSWERS).await;
    extension(w, "2000", "user", other).await;
    done(w.put(&format!("/api/user/{user}"), json!({"override_device": true, "ocnum": "7001", "ecnum": "97230000001"})).await);
    let clicked = w.get(&format!("/api/cc_agent/originate?user_id={user}&destination=2000")).await;
    assert_eq!((clicked.status, &clicked.body["success"]), (200, &json!(true)), "{}", clicked.body);
    let first = w.sink.next("call:answer", &secret).await["data"].clone();
    assert_eq!((&first["type"], &first["dst_num"]), (&json!("internal"), &json!("2000")), "{first}");
    let second = w.sink.next("call:answer", &secret).await["data"].clone();
    assert_eq!((&second["dst_device_id"], &second["cid_num"]), (&json!(desk), &json!("7001")), "{second}");
    w.ask_switch("hupall NORMAL_CLEARING").await;
    w.idle().await;
}
