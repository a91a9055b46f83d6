//! Who guesses waits: by user and by address, longer each time, over a restart too.

use ccgate::clock::Clock;
use libtest_mimic::Trial;
use serde_json::json;

use super::{agent, data, refusal};
use crate::harness::world::Kind;
use crate::harness::{Answer, World, trial};

const MINUTE_MS: i64 = 60_000;

macro_rules! clocked {
    ($($name:ident),+ $(,)?) => {
        pub(crate) fn trials() -> Vec<Trial> {
            vec![$(trial(concat!(module_path!(), "::", stringify!($name)), || async {
                let clock = Clock::manual(Clock::system().now());
                let mut world = World::with(Kind::Sim, clock.clone(), |_| {}).await;
                $name(&mut world, &clock).await;
                world.stop().await;
            })),+]
        }
    };
}

clocked![by_user, by_address, by_network_of_ipv6, over_a_restart, of_names_that_are_nobodys, a_new_password_frees, wrong_keys];

async fn log_in(w: &World, address: &str, username: &str, password: &str) -> Answer {
    w.anonymous().from(address).post("/api/user/login", json!({"username": username, "password": password})).await
}

/// A refusal that says how long to wait, in seconds.
fn wait_s(answer: Answer) -> u64 {
    let wait = answer.headers.get("retry-after").unwrap_or_else(|| panic!("{}", answer.body)).to_str().unwrap().parse().unwrap();
    assert!(refusal(answer, 429).contains(&format!("{wait} seconds")));
    wait
}

async fn by_user(w: &mut World, clock: &Clock) {
    agent(w, "dana").await;
    agent(w, "noam").await;
    // From as many addresses, and by either of its names.
    for (at, name) in ["dana", "DANA", "dana@mail.com", "dana", "dana"].into_iter().enumerate() {
        refusal(log_in(w, &format!("192.0.2.{at}"), name, "Ab123457").await, 401);
    }
    for minutes in [1, 2, 4] {
        let verified = w.running().service().passwords_verified();
        assert_eq!(wait_s(log_in(w, "192.0.2.9", "dana", "Ab123456").await), minutes * 60, "even with the right password");
        assert_eq!(w.running().service().passwords_verified(), verified, "and nothing is worked out");
        data(log_in(w, "192.0.2.9", "noam", "Ab123456").await);
        clock.advance_ms(minutes as i64 * MINUTE_MS - 1);
        assert_eq!(wait_s(log_in(w, "192.0.2.9", "dana@mail.com", "Ab123456").await), 1);
        clock.advance_ms(1);
        refusal(log_in(w, &format!("192.0.2.1{minutes}"), "dana", "Ab123457").await, 401);
    }
    clock.advance_ms(8 * MINUTE_MS);
    data(log_in(w, "192.0.2.9", "dana", "Ab123456").await);
    // Which clears its count.
    refusal(log_in(w, "192.0.2.20", "dana", "Ab123457").await, 401);
    data(log_in(w, "192.0.2.20", "dana", "Ab123456").await);
}

async fn by_address(w: &mut World, clock: &Clock) {
    for name in ["a", "b", "c", "d", "dana"] {
        agent(w, name).await;
    }
    for name in ["a", "b", "c", "d"] {
        refusal(log_in(w, "192.0.2.1", name, "Ab123457").await, 401);
    }
    data(log_in(w, "192.0.2.1", "dana", "Ab123456").await);
    // That clears the user's count, and not the address's.
    refusal(log_in(w, "192.0.2.1", "dana", "Ab123457").await, 401);
    assert_eq!(wait_s(log_in(w, "192.0.2.1", "dana", "Ab123456").await), 60);
    data(log_in(w, "192.0.2.2", "dana", "Ab123456").await);
    // Keys and sessions go on.
    data(w.with_key(w.key()).from("192.0.2.1").get("/api/user").await);
    clock.advance_ms(MINUTE_MS);
    data(log_in(w, "192.0.2.1", "dana", "Ab123456").await);
}

async fn by_network_of_ipv6(w: &mut World, _: &Clock) {
    for at in 0..5 {
        refusal(log_in(w, &format!("2001:db8:1:2::{at}"), &format!("nobody{at}"), "Ab123457").await, 401);
    }
    wait_s(log_in(w, "2001:db8:1:2:ffff::1", "somebody", "Ab123456").await);
    refusal(log_in(w, "2001:db8:1:3::1", "somebody", "Ab123456").await, 401);
}

async fn over_a_restart(w: &mut World, clock: &Clock) {
    agent(w, "dana").await;
    for at in 0..5 {
        refusal(log_in(w, &format!("192.0.2.{at}"), "dana", "Ab123457").await, 401);
    }
    w.restart_ccgate().await;
    assert_eq!(wait_s(log_in(w, "192.0.2.9", "dana", "Ab123456").await), 60);
    clock.advance_ms(MINUTE_MS);
    data(log_in(w, "192.0.2.9", "dana", "Ab123456").await);
}

async fn of_names_that_are_nobodys(w: &mut World, _: &Clock) {
    for at in 0..5 {
        refusal(log_in(w, &format!("192.0.2.{at}"), "nobody", "Ab123457").await, 401);
    }
    assert_eq!(wait_s(log_in(w, "192.0.2.9", "Nobody", "Ab123457").await), 60, "as if it were somebody");
}

async fn a_new_password_frees(w: &mut World, _: &Clock) {
    let id = agent(w, "dana").await;
    for at in 0..5 {
        refusal(log_in(w, &format!("192.0.2.{at}"), "dana", "Ab123457").await, 401);
    }
    data(w.put(&format!("/api/user/{id}"), json!({"password": "Ab123458"})).await);
    data(log_in(w, "192.0.2.9", "dana", "Ab123458").await);
}

async fn wrong_keys(w: &mut World, clock: &Clock) {
    agent(w, "dana").await;
    let office = w.anonymous().from("192.0.2.1");
    for at in 0..5 {
        assert_eq!(refusal(office.with_key(&format!("ccg_wrong{at}")).get("/api/user").await, 401), "Unauthorized");
    }
    assert_eq!(wait_s(office.with_key("ccg_wrong").get("/api/user").await), 60);
    // No key at all is no guess; and an office whose one program has a wrong key is not locked out with it.
    assert_eq!(refusal(office.get("/api/user").await, 401), "Unauthorized");
    data(office.with_key(w.key()).get("/api/user").await);
    data(log_in(w, "192.0.2.1", "dana", "Ab123456").await);
    refusal(w.anonymous().from("192.0.2.2").with_key("ccg_wrong").get("/api/user").await, 401);
    clock.advance_ms(MINUTE_MS);
    refusal(office.with_key("ccg_wrong").get("/api/user").await, 401);
    assert_eq!(wait_s(office.with_key("ccg_wrong").get("/api/user").await), 120);
}
