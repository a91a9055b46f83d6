//! Toll fraud: which numbers outside an account calls, how much, and by which ways nobody gets past that (docs/toll-fraud.md).

use ccgate::domain::call::LegId;
use serde_json::json;

use super::outside::forbidden;
use super::{ANSWERS, agent, agent_row, check_in, done, ended, extension, queue, resource, scenarios};
use crate::harness::World;
use crate::harness::phones::{Behaviour, CallId, Outcome, Phones};

scenarios![
    toll_costly_numbers_do_not_leave,
    toll_no_way_round_by_phones_outside_and_transfers,
    toll_a_phone_that_diverts_reaches_nobody,
    toll_a_queue_rings_no_costly_number,
    toll_the_day_has_so_many_minutes,
    toll_of_two_at_once_one_is_let_out,
];

const CUSTOMER: &str = "0501234567";
const PREMIUM: &str = "1900123456";
const ABROAD: &str = "+12125550123";

/// A real phone hears 403.
async fn barred(w: &mut World, call: CallId) {
    if let Phones::Live(phones) = &mut w.phones {
        assert_eq!(phones.answered(call).await, Outcome::Refused { status: 403 });
    } else {
        assert!(!w.phones.answered(call).await);
    }
}

/// An agent at phone 1001, who may dial.
async fn caller(w: &mut World) -> (i64, i64) {
    let (user, desk) = agent(w, "1001", ANSWERS).await;
    check_in(w, user, desk).await;
    for number in [CUSTOMER, PREMIUM, ABROAD] {
        w.phones.outside(number, ANSWERS).await;
    }
    (user, desk)
}

async fn mobile(w: &World, number: &str, user: i64) -> i64 {
    resource(w, "device", json!({"name": "Mobile", "type": "external", "number": number, "user_id": user, "confirm": false})).await
}

async fn toll_costly_numbers_do_not_leave(w: &mut World) {
    let (user, desk) = caller(w).await;
    let told = w.event_names().await.len();
    let call = w.phones.dial("1001", PREMIUM).await;
    barred(w, call).await;
    w.until_event(told, "call:refused").await;
    let first = json!({"user_id": user, "device_id": desk, "number": PREMIUM, "reason": "premium", "count": 1});
    assert_eq!(w.told("call:refused").await, [first]);
    for number in ["+9721900123456", "009721900123456", ABROAD, "0012125550123", "12125550123", "1900123456789", "144"] {
        let call = w.phones.dial("1001", number).await;
        barred(w, call).await;
    }
    for (number, why) in [(PREMIUM, "premium"), (ABROAD, "international"), ("144", "unlisted")] {
        forbidden(w, user, number, why).await;
    }
    ended(w, 8).await;
    let ends = w.told("call:end").await;
    assert!(ends.iter().all(|end| end["hangup_cause"] == "OUTGOING_CALL_BARRED"), "{ends:?}");
    let counts: Vec<_> = w.running().service().refusals().counts().filter(|(_, count)| *count > 0).collect();
    assert_eq!(counts, [("premium", 4), ("international", 4), ("unlisted", 3)]);
    // Each reason is told, and not each call.
    let mut commits = w.running().store().committed();
    crate::harness::patience("each reason to be told", async {
        loop {
            let told = w.told("call:refused").await;
            assert!(told.len() < 11, "{told:?}");
            if ["premium", "international", "unlisted"].iter().all(|reason| told.iter().any(|told| told["reason"] == *reason)) {
                return;
            }
            commits.changed().await.expect("ccgate runs");
        }
    })
    .await;

    done(w.put("/api/account", json!({"toll": {"allow": ["+1212"]}})).await);
    let call = w.phones.dial("1001", ABROAD).await;
    assert!(w.phones.answered(call).await, "it is allowed now");
    w.phones.hang_up(call).await;
    // The rule holds for what leaves, whatever was dialled.
    let rule = resource(w, "dial_rule", json!({"name": "Rewrites", "strip": 10, "prepend": PREMIUM})).await;
    done(w.put("/api/account", json!({"dr_id": rule, "toll": {"night": {"from": "00:00", "to": "24:00"}}})).await);
    let call = w.phones.dial("1001", CUSTOMER).await;
    barred(w, call).await;
    done(w.put("/api/account", json!({"dr_id": 0})).await);
    forbidden(w, user, CUSTOMER, "toll.night").await;
    // Nothing of this holds for the emergency services.
    w.phones.outside("112", ANSWERS).await;
    let call = w.phones.dial("1001", "112").await;
    assert!(w.phones.answered(call).await);
    w.phones.hang_up(call).await;
}

async fn toll_no_way_round_by_phones_outside_and_transfers(w: &mut World) {
    let (user, _) = caller(w).await;
    let (other, phone) = agent(w, "1002", ANSWERS).await;
    let abroad = mobile(w, ABROAD, other).await;
    for (kind, number) in [("internal", "2002"), ("did", "97232002")] {
        let extension = json!({"number": number, "kind": kind, "target": "device", "target_id": abroad});
        done(w.post("/api/extension", extension).await);
    }
    for call in [w.phones.dial("1001", "2002").await, w.phones.call_in(CUSTOMER, "97232002").await] {
        barred(w, call).await;
    }
    let clicked = w.get(&format!("/api/cc_agent/originate?device_id={abroad}&destination={CUSTOMER}")).await;
    assert_eq!(clicked.status, 403, "{}", clicked.body);
    let seated = w.get(&format!("/api/cc_agent/checkInDevice?user_id={other}&device_id={abroad}")).await;
    assert_eq!(seated.status, 403, "{}", seated.body);
    // A colleague's other phone rings all the same.
    done(w.post("/api/extension", json!({"number": "2003", "kind": "internal", "target": "user", "target_id": other})).await);
    let call = w.phones.dial("1001", "2003").await;
    assert!(w.phones.answered(call).await, "phone {phone} may ring");
    w.phones.hang_up(call).await;
    ended(w, 4).await;
    let before = w.told("call:answer").await.len();
    assert_eq!(before, 2, "nobody abroad was reached");

    // Whom a phone has called it sends abroad.
    w.phones.dial("1001", CUSTOMER).await;
    let leg = called_leg(w, before).await;
    let told = w.event_names().await.len();
    w.ask_switch(&format!("uuid_transfer {leg} {ABROAD}")).await;
    w.until_event(told, "call:refused").await;
    w.idle().await;
    assert_eq!(w.told("call:refused").await.last().map(|told| told["user_id"].clone()), Some(json!(user)));
    assert_eq!(w.told("call:answer").await.len(), before + 2, "nobody else was reached");
}

/// Its 302 names a number at the carrier, who knows the switch by its address.
async fn toll_a_phone_that_diverts_reaches_nobody(w: &mut World) {
    caller(w).await;
    let (diverts, _) = agent(w, "1002", Behaviour::Divert { to: PREMIUM }).await;
    extension(w, "2000", "user", diverts).await;
    done(w.post("/api/extension", json!({"number": "97232000", "kind": "did", "target": "user", "target_id": diverts})).await);
    for call in [w.phones.dial("1001", "2000").await, w.phones.call_in(CUSTOMER, "97232000").await] {
        assert!(!w.phones.answered(call).await);
    }
    ended(w, 4).await;
    w.idle().await;
    let ends = w.told("call:end").await;
    let diverted: Vec<_> = ends.iter().filter(|end| end["id"] != end["call_id"]).map(|end| &end["hangup_cause"]).collect();
    assert_eq!(diverted, ["REQUESTED_CHAN_UNAVAIL"; 2], "{ends:?}");
}

/// The leg of the next call after so many answers that was called, once it speaks with a phone of ours.
async fn called_leg(w: &World, before: usize) -> String {
    let mut looks = tokio::time::interval(std::time::Duration::from_millis(20));
    crate::harness::patience("the customer to be spoken with", async {
        loop {
            let answers = w.told("call:answer").await;
            let answer = answers[before..].iter().find(|answer| answer["id"] != answer["call_id"]);
            let leg = answer.and_then(|answer| answer["id"].as_str()).unwrap_or_default();
            if w.running().service().board().spoke_with(&LegId::new(leg)).is_some() {
                return leg.to_owned();
            }
            looks.tick().await;
        }
    })
    .await
}

async fn toll_a_queue_rings_no_costly_number(w: &mut World) {
    let (user, _) = agent(w, "1001", ANSWERS).await;
    let mobile = mobile(w, CUSTOMER, user).await;
    queue(w, "Support", "7000", &[user]).await;
    check_in(w, user, mobile).await;
    assert!(agent_row(w, user).await.contains(&format!("/{CUSTOMER}|")), "{}", agent_row(w, user).await);
    // The number is abroad from there.
    done(w.put("/api/account", json!({"country": "US"})).await);
    let row = agent_row(w, user).await;
    assert!(row.contains("error/user_not_registered") && !row.contains(CUSTOMER), "{row}");
}

async fn toll_the_day_has_so_many_minutes(w: &mut World) {
    let (user, _) = caller(w).await;
    // Where it is about noon, so that the day does not end meanwhile. East of Greenwich has a minus there.
    let west_h = (w.clock().now().epoch_s() / 3_600).rem_euclid(24) - 12;
    done(w.put("/api/account", json!({"limits": {"minutes_per_day": 1}, "timezone": format!("Etc/GMT{west_h:+}")})).await);
    let call = w.phones.dial("1001", CUSTOMER).await;
    assert!(w.phones.answered(call).await);
    w.phones.hang_up(call).await;
    ended(w, 2).await;
    // It lasted almost all of them.
    spoke(w, 59_000).await;
    let call = w.phones.dial("1001", CUSTOMER).await;
    assert!(w.phones.answered(call).await);
    ended(w, 4).await;
    let ends = w.told("call:end").await;
    assert!(ends.iter().any(|end| end["hangup_cause"] == "ALLOTTED_TIMEOUT"), "{ends:?}");
    w.restart_ccgate().await;
    w.reconciled().await;
    spoke(w, 30_000).await;
    forbidden(w, user, CUSTOMER, "minutes_per_day").await;
    let call = w.phones.dial("1001", CUSTOMER).await;
    barred(w, call).await;
}

/// Has every leg outside that was answered last so long.
async fn spoke(w: &World, ms: i64) {
    let changed = w.running().store().write(move |conn| {
        Box::pin(async move {
            let long = sqlx::query("UPDATE leg SET ended_at = answered_at + ? WHERE outside = 1 AND answered_at IS NOT NULL");
            Ok::<_, ccgate::store::Error>(long.bind(ms).execute(conn).await?.rows_affected())
        })
    });
    assert!(changed.await.expect("the database can be written") > 0, "legs outside are known");
}

async fn toll_of_two_at_once_one_is_let_out(w: &mut World) {
    let (user, _) = caller(w).await;
    let (other, phone) = agent(w, "1002", ANSWERS).await;
    check_in(w, other, phone).await;
    done(w.put("/api/account", json!({"limits": {"calls_at_once": 1}})).await);
    let click = async |user: i64| w.get(&format!("/api/cc_agent/originate?user_id={user}&destination={CUSTOMER}")).await.status;
    let mut both = <[u16; 2]>::from(tokio::join!(click(user), click(other)));
    both.sort_unstable();
    assert_eq!(both, [200, 403]);
    called_leg(w, 0).await;
    w.restart_ccgate().await;
    w.reconciled().await;
    forbidden(w, user, CUSTOMER, "calls_at_once").await;
    w.ask_switch("hupall NORMAL_CLEARING").await;
    w.idle().await;
}
