//! The fields of call events, as the document's table has them, of a click-to-call; of other calls `told` has them all.

use serde_json::{Value, json};

use super::{ANSWERS, agent, done, resource, scenarios};
use crate::harness::World;

scenarios![fields_of_a_click_to_call];

/// Each of `expected` is in `event`; `null` stands for a field that is left out.
fn assert_fields(event: &Value, expected: Value) {
    for (name, value) in expected.as_object().expect("fields") {
        assert_eq!(event.get(name).unwrap_or(&Value::Null), value, "{name} of {event}");
    }
}

/// What the switch measured: there, and in order.
fn assert_times(end: &Value) {
    let ms = |name: &str| end[name].as_i64().unwrap_or_else(|| panic!("{name} of {end}"));
    assert!(ms("waitms") >= 0 && ms("billms") >= 0, "{end}");
    assert_eq!(ms("durationms"), ms("waitms") + ms("billms"), "{end}");
    assert!(ms("progressms") <= ms("waitms"), "{end}");
    assert!(ms("ts") > 1_700_000_000, "{end}");
}

async fn fields_of_a_click_to_call(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, device) = agent(w, "1001", ANSWERS).await;
    let list = resource(w, "phone_list", json!({"name": "Leads"})).await;
    let lead = json!({"phone": "0501234567", "name": "Mike Cell", "lead_id": "04", "tags": "vip"});
    done(w.post(&format!("/api/phone_list/{list}/lead"), lead).await);
    w.phones.outside("0501234567", ANSWERS).await;

    let click =
        format!("device_id={device}&destination=0501234567&lead_id=04&cid=97231111111&cnam=Office&display_cid=7777&display_cnam=Customer");
    let clicked = w.get(&format!("/api/cc_agent/originate?{click}")).await;
    let call = clicked.body["uuid"].as_str().unwrap_or_else(|| panic!("{}", clicked.body)).to_owned();
    let of_phone = w.sink.next("call:ring", &secret).await["data"].clone();
    let same = json!({
        "call_id": call, "type": "outbound", "dst_num": "0501234567", "src_device_id": device, "src_user_id": user, "a2": "IL",
        "tags": "vip", "lead_id": "04", "lead_name": "Mike Cell", "queue_id": null, "site_id": null, "canceled": null, "cc_wait": null,
    });
    assert_fields(&of_phone, same.clone());
    assert_fields(&of_phone, json!({"id": call, "cid_num": "7777", "cid_name": "Customer", "hangup_cause": null, "durationms": null}));
    let of_customer = w.sink.next("call:ring", &secret).await["data"].clone();
    assert_fields(&of_customer, same.clone());
    assert_fields(&of_customer, json!({"cid_num": "97231111111", "cid_name": "Office", "dst_user_id": null, "dst_device_id": null}));

    // The phone had answered before the customer was called.
    w.sink.next("call:answer", &secret).await;
    for (name, value) in [("campaign_id", "7"), ("dialer_id", "8"), ("conference_id", "9"), ("call_script", "10")] {
        w.ask_switch(&format!("uuid_setvar {call} ccgate_{name} {value}")).await;
    }
    w.ask_switch("hupall NORMAL_CLEARING").await;
    let ends = [w.sink.next("call:end", &secret).await, w.sink.next("call:end", &secret).await].map(|end| end["data"].clone());
    let end = ends.iter().find(|end| end["id"] == json!(call)).expect("the phone's leg");
    assert_fields(end, same);
    assert_fields(
        end,
        json!({
            "hangup_cause": "NORMAL_CLEARING", "campaign_id": "7", "dialer_id": "8", "conference_id": "9", "call_script": "10",
        }),
    );
    assert!(end["billms"].as_i64() > Some(0), "the phone answered before the customer: {end}");
    for end in &ends {
        assert_times(end);
    }
    w.idle().await;
}
