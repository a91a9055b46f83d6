//! `setWebPingTime`

use ccgate::clock::Clock;
use libtest_mimic::Trial;
use serde_json::{Value, json};

use super::{ask, error, session, success};
use crate::facade::callcenter::{agent, data};
use crate::harness::world::Kind;
use crate::harness::{World, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial(concat!(module_path!(), "::shown_with_the_user_and_stale_after_a_minute"), || async {
            let clock = Clock::manual(Clock::system().now());
            let mut world = World::with(Kind::Sim, clock.clone(), |_| {}).await;
            shown_with_the_user_and_stale_after_a_minute(&mut world, &clock).await;
            world.stop().await;
        }),
        trial(concat!(module_path!(), "::refused"), || async {
            let mut world = World::start().await;
            refused(&mut world).await;
            world.stop().await;
        }),
    ]
}

async fn shown_with_the_user_and_stale_after_a_minute(w: &mut World, clock: &Clock) {
    let user = agent(w, "dana").await;
    let ssid = session(w, "dana").await;
    let shown = async |w: &World| {
        let one = data(w.get(&format!("/api/user/{user}")).await)["web"].clone();
        let listed = data(w.get("/api/user?q=dana").await)[0]["web"].clone();
        assert_eq!(one, listed);
        one
    };
    assert_eq!(shown(w).await, Value::Null);
    let rows = [
        (json!({"mic_perm": 1, "ping_time": 1_732_095_311}), json!({"ping_time": 1_732_095_311, "mic_perm": 1})),
        (json!({"mic_perm": "0", "ping_time": "1732095312"}), json!({"ping_time": 1_732_095_312, "mic_perm": 0})),
        (json!({"mic_perm": true}), json!({"ping_time": clock.now().epoch_s(), "mic_perm": 1})),
    ];
    for (mut sent, noted) in rows {
        sent["ssid"] = json!(ssid);
        assert_eq!(success(w, "setWebPingTime", sent).await, noted);
        let fresh = json!({"ping_time": noted["ping_time"], "mic_perm": noted["mic_perm"], "stale": false});
        assert_eq!(shown(w).await, fresh);
    }
    clock.advance_ms(60_000);
    assert_eq!(shown(w).await["stale"], false);
    clock.advance_ms(1);
    assert_eq!(shown(w).await["stale"], true);
    w.restart_ccgate().await;
    assert_eq!(shown(w).await["stale"], true);
    success(w, "setWebPingTime", json!({"ssid": ssid, "mic_perm": 1})).await;
    assert_eq!(shown(w).await["stale"], false);
}

async fn refused(w: &mut World) {
    let user = agent(w, "dana").await;
    let ssid = session(w, "dana").await;
    let no_session = error(1503, "SSID not valid for setWebPingTime");
    let no_permission = error(1505, "Missing required parameters:mic_perm");
    let no_time = error(1506, "Cannot update [ping_time] as it is of incompatible type");
    let rows = [
        (json!({"ssid": "no session", "mic_perm": 1}), &no_session),
        (json!({"mic_perm": 1}), &no_session),
        (json!({"ssid": ssid}), &no_permission),
        (json!({"ssid": ssid, "mic_perm": 2}), &no_permission),
        (json!({"ssid": ssid, "mic_perm": null, "ping_time": "x"}), &no_permission),
        (json!({"ssid": ssid, "mic_perm": 1, "ping_time": "soon"}), &no_time),
        (json!({"ssid": ssid, "mic_perm": 1, "ping_time": 1.5}), &no_time),
        (json!({"ssid": ssid, "mic_perm": 1, "ping_time": {}}), &no_time),
        (json!({"ssid": ssid, "mic_perm": 1, "ping_time": -1}), &no_time),
    ];
    for (sent, refusal) in rows {
        assert_eq!(ask(w, "setWebPingTime", sent.clone()).await, *refusal, "{sent}");
    }
    assert_eq!(data(w.get(&format!("/api/user/{user}")).await)["web"], Value::Null, "what is refused is not noted");
}
