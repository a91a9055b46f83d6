//! Click-to-calls: the phone is rung first, then the number.

use serde_json::{Value, json};

use super::inside::talking;
use super::{ANSWERS, agent, as_told, scenarios};
use crate::harness::World;
use crate::harness::phones::Behaviour;
use crate::scenario::{done, extension, leg_to, resource};

scenarios![
    told_of_a_click_to_call,
    told_of_a_click_to_call_of_a_lead,
    told_of_a_click_to_call_to_a_colleague,
    told_of_a_click_to_call_from_a_busy_phone,
    told_of_a_click_to_call_from_a_phone_that_rejects,
    told_of_a_click_to_call_from_a_phone_that_does_not_answer,
    told_of_a_click_to_call_to_a_busy_number,
    told_of_a_click_to_call_from_a_mobile,
];

const CUSTOMER: &str = "0501234567";

/// User 2 has phone 1001, and clicks. A phone that rings on is rung for a second.
async fn click(w: &mut World, behaviour: Behaviour, more: &str) -> Value {
    let (user, device) = agent(w, "1001", behaviour).await;
    if behaviour == Behaviour::RingOn {
        done(w.put(&format!("/api/device/{device}"), json!({"timeout": 1})).await);
    }
    let clicked = w.get(&format!("/api/cc_agent/originate?user_id={user}&destination={CUSTOMER}{more}")).await;
    assert_eq!(clicked.status, 200, "{}", clicked.body);
    clicked.body
}

async fn hang_up(w: &World, clicked: &Value) {
    w.ask_switch(&format!("uuid_kill {} NORMAL_CLEARING", clicked["uuid"].as_str().expect("it was answered"))).await;
}

async fn told_of_a_click_to_call(w: &mut World) {
    w.push_to_sink().await;
    w.phones.outside(CUSTOMER, ANSWERS).await;
    let clicked = click(w, ANSWERS, "").await;
    talking(w, 1).await;
    hang_up(w, &clicked).await;
    as_told(w, "a_click_to_call", 2).await;
}

async fn told_of_a_click_to_call_of_a_lead(w: &mut World) {
    w.push_to_sink().await;
    w.phones.outside(CUSTOMER, Behaviour::Answer { after_ms: 1_500, talk_ms: None }).await;
    let list = resource(w, "phone_list", json!({"name": "Leads"})).await;
    let lead = json!({
        "phone": CUSTOMER, "name": "ABC {office}", "lead_id": "04", "tags": "vip,new", "ext_api_vars": {"crm": "a b"},
    });
    done(w.post(&format!("/api/phone_list/{list}/lead"), lead).await);
    let more = "&lead_id=04&cid=97231111111&cnam=Office&display_cid=7777&display_cnam=Customer";
    let clicked = click(w, ANSWERS, more).await;
    leg_to(w, CUSTOMER).await;
    let call = clicked["uuid"].as_str().expect("it was answered").to_owned();
    for (name, value) in [("campaign_id", "7"), ("dialer_id", "8"), ("call_script", "10")] {
        w.ask_switch(&format!("uuid_setvar {call} ccgate_{name} {value}")).await;
    }
    talking(w, 1).await;
    hang_up(w, &clicked).await;
    as_told(w, "a_click_to_call_of_a_lead", 2).await;
}

async fn told_of_a_click_to_call_to_a_colleague(w: &mut World) {
    w.push_to_sink().await;
    let (user, _) = agent(w, "1001", ANSWERS).await;
    let (other, _) = agent(w, "1002", ANSWERS).await;
    extension(w, "2000", "user", other).await;
    let clicked = w.get(&format!("/api/cc_agent/originate?user_id={user}&destination=2000")).await.body;
    talking(w, 1).await;
    hang_up(w, &clicked).await;
    as_told(w, "a_click_to_call_to_a_colleague", 2).await;
}

async fn told_of_a_click_to_call_from_a_busy_phone(w: &mut World) {
    click(w, Behaviour::Busy, "").await;
    as_told(w, "a_click_to_call_from_a_busy_phone", 1).await;
}

async fn told_of_a_click_to_call_from_a_phone_that_rejects(w: &mut World) {
    click(w, Behaviour::Reject, "").await;
    as_told(w, "a_click_to_call_from_a_phone_that_rejects", 1).await;
}

async fn told_of_a_click_to_call_from_a_phone_that_does_not_answer(w: &mut World) {
    click(w, Behaviour::RingOn, "").await;
    as_told(w, "a_click_to_call_from_a_phone_that_does_not_answer", 1).await;
}

async fn told_of_a_click_to_call_to_a_busy_number(w: &mut World) {
    w.phones.outside(CUSTOMER, Behaviour::Busy).await;
    click(w, ANSWERS, "").await;
    as_told(w, "a_click_to_call_to_a_busy_number", 2).await;
}

/// The user presses 1 before the number is dialled.
async fn told_of_a_click_to_call_from_a_mobile(w: &mut World) {
    w.push_to_sink().await;
    let mobile = json!({"name": "Mobile", "type": "external", "number": "0507654321", "user_id": w.user_id()});
    let mobile = resource(w, "device", mobile).await;
    for number in ["0507654321", CUSTOMER] {
        w.phones.outside(number, ANSWERS).await;
    }
    let path = format!("/api/cc_agent/originate?device_id={mobile}&destination={CUSTOMER}");
    let confirm = async {
        w.until_event(0, "call:answer").await;
        let leg = leg_to(w, "0507654321").await;
        w.ask_switch(&format!("uuid_recv_dtmf {} 1", leg["uuid"].as_str().expect("a leg"))).await;
    };
    let (clicked, ()) = tokio::join!(w.get(&path), confirm);
    assert_eq!(clicked.status, 200, "{}", clicked.body);
    talking(w, 1).await;
    hang_up(w, &clicked.body).await;
    as_told(w, "a_click_to_call_from_a_mobile", 2).await;
}
