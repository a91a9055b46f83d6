//! Guessing: what it costs, how soon it ends, and that no spelling, door or header begins it anew.

use ccgate::clock::Clock;
use ccgate::domain::lockout::FORGET_MS;
use libtest_mimic::Trial;
use serde_json::json;

use crate::facade::callcenter::{agent, data};
use crate::harness::world::Kind;
use crate::harness::{Answer, World, trial};

/// `printf Ab123457 | md5sum`.
const WRONG_MD5: &str = "e47865c323e57bf6ed7dc57fb5fa6e2c";
const WRONG: &str = "Ab123457";
/// Failures that cost nothing.
const FREE: usize = 5;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial(concat!(module_path!(), "::an_unknown_user_costs_what_a_known_one_does"), || async { behind(&["127.0.0.0/8"], costs).await }),
        trial(concat!(module_path!(), "::every_spelling_and_door_counts"), || async { behind(&["127.0.0.0/8"], spellings).await }),
        trial(concat!(module_path!(), "::a_header_is_no_other_address"), || async { behind(&[], headers).await }),
        trial(concat!(module_path!(), "::a_proxys_client_cannot_lie"), || async { behind(&["127.0.0.0/8"], lies).await }),
        trial(concat!(module_path!(), "::wrong_keys_count_together_at_every_door"), || async { behind(&["127.0.0.0/8"], keys).await }),
    ]
}

async fn behind(proxies: &[&str], test: impl AsyncFnOnce(&mut World)) {
    let mut world = World::with(Kind::Sim, Clock::manual(Clock::system().now()), |config| {
        config.http.trusted_proxies = proxies.iter().map(|proxy| proxy.parse().expect("a network")).collect();
    })
    .await;
    test(&mut world).await;
    world.stop().await;
}

/// The two doors that take a password.
#[derive(Clone, Copy, Debug)]
enum Door {
    Login,
    UpdateAgentState,
}

async fn knock(w: &World, door: Door, address: &str, name: &str, password: &str) -> Answer {
    let client = w.anonymous().from(address);
    match door {
        Door::Login => client.post("/api/user/login", json!({"username": name, "password": password})).await,
        Door::UpdateAgentState => {
            let query =
                serde_urlencoded::to_string([("action", "showqueue"), ("username", name), ("password", password)]).expect("a query");
            client.get(&format!("/API/UpdateAgentState.php?{query}")).await
        }
    }
}

fn is_blocked(answer: &Answer) -> bool {
    answer.body.to_string().contains("too many failed attempts") && answer.headers.contains_key("retry-after")
}

/// Counted, as a clock is no witness on a machine that is shared.
async fn costs(w: &mut World) {
    agent(w, "dana").await;
    let left = agent(w, "left").await;
    data(w.put(&format!("/api/user/{left}"), json!({"active": 0})).await);
    for (at, (door, password)) in
        [(Door::Login, WRONG), (Door::UpdateAgentState, WRONG), (Door::UpdateAgentState, WRONG_MD5)].into_iter().enumerate()
    {
        let mut told = Vec::new();
        for name in ["dana", "dana@mail.com", "nobody", "nobody@mail.com", "left", "left@mail.com"] {
            let before = w.running().service().passwords_verified();
            let answer = knock(w, door, &format!("192.0.2.{}", 10 * at + told.len()), name, password).await;
            let cost = w.running().service().passwords_verified() - before;
            assert_eq!(cost, 1, "{door:?} {name:?}");
            told.push((answer.status, answer.body));
        }
        assert!(told.iter().all(|one| one == &told[0] && one.0 == 401), "{door:?}: {told:?}");
        // All is forgotten.
        w.clock().advance_ms(FORGET_MS);
    }
}

async fn spellings(w: &mut World) {
    agent(w, "dana").await;
    let spellings = [
        "dana",
        "DANA",
        "dAnA",
        "dana@mail.com",
        "Dana@Mail.COM",
        " dana",
        "dana ",
        "dana\t",
        "\u{a0}dana",
        "dana\u{200b}",
        "ｄａｎａ",
        "dana\0",
    ];
    // Which of them are dana's.
    let mut hers = Vec::new();
    for (at, name) in spellings.into_iter().enumerate() {
        for door in [Door::Login, Door::UpdateAgentState] {
            let answer = knock(w, door, &format!("192.0.2.{at}"), name, "Ab123456").await;
            if answer.status == 200 {
                hers.push((door, name));
            }
        }
    }
    assert!(hers.len() >= 2 * 4, "{hers:?}");
    for (failures, (door, name)) in hers.iter().cycle().take(FREE).enumerate() {
        let answer = knock(w, *door, &format!("198.51.100.{failures}"), name, WRONG).await;
        assert!(answer.status == 401 && !is_blocked(&answer), "{door:?} {name:?}: {}", answer.body);
    }
    for (at, (door, name)) in hers.into_iter().enumerate() {
        let verified = w.running().service().passwords_verified();
        let answer = knock(w, door, &format!("203.0.113.{at}"), name, "Ab123456").await;
        assert!(is_blocked(&answer), "{door:?} {name:?} is looked at all the same: {}", answer.body);
        assert_eq!(w.running().service().passwords_verified(), verified);
    }
}

/// Where no proxy is trusted, whoever connects is who asks.
async fn headers(w: &mut World) {
    for at in 0..FREE {
        let client = w.anonymous().from(&format!("192.0.2.{at}")).with_header("forwarded", &format!("for=192.0.2.{at}"));
        let client = client.with_header("x-real-ip", &format!("192.0.2.{at}"));
        let login = json!({"username": format!("nobody{at}"), "password": WRONG});
        assert!(!is_blocked(&client.post("/api/user/login", login).await));
    }
    let answer = knock(w, Door::Login, "198.51.100.1", "somebody", WRONG).await;
    assert!(is_blocked(&answer), "{}", answer.body);
}

/// What a client writes into the header itself stands before what the proxy adds.
async fn lies(w: &mut World) {
    for at in 0..FREE {
        let answer = knock(w, Door::Login, &format!("198.51.100.{at}, 192.0.2.1"), &format!("nobody{at}"), WRONG).await;
        assert!(!is_blocked(&answer));
    }
    assert!(is_blocked(&knock(w, Door::Login, "203.0.113.1, 192.0.2.1", "somebody", WRONG).await));
    assert!(!is_blocked(&knock(w, Door::Login, "192.0.2.1, 203.0.113.1", "somebody", WRONG).await));
}

async fn keys(w: &mut World) {
    let account = w.account_id();
    let guess = async |at: usize| {
        let key = format!("ccg_guess{at}");
        let client = w.from("192.0.2.1");
        let form = format!("grant_type=client_credentials&client_id={account}&client_secret={key}");
        match at % 6 {
            0 => client.with_key(&key).get("/api/user").await,
            1 => client.anonymous().get(&format!("/api/user?api_key={key}")).await,
            2 => {
                client
                    .anonymous()
                    .with_header("authorization", &format!("Bearer {key}"))
                    .get(&format!("/client/{account}/agent/local/1/event/"))
                    .await
            }
            3 => client.anonymous().post_form("/oauth/token", &form).await,
            4 => {
                let asked = json!({"userId": 1, "token": key});
                client.anonymous().post("/deepcall/api/v2/agentProfile/agentOnBreak", asked).await
            }
            _ => client.with_key(&key).get("/API/UpdateAgentState.php?action=showqueue").await,
        }
    };
    let waits = |answer: &Answer| answer.headers.contains_key("retry-after") || answer.body["code"] == 429;
    for at in 0..FREE {
        let answer = guess(at).await;
        assert!(!waits(&answer), "{at}: {} {}", answer.status, answer.body);
    }
    for at in FREE..FREE + 6 {
        let answer = guess(at).await;
        assert!(waits(&answer), "door {} of 6 begins anew: {} {}", at % 6, answer.status, answer.body);
    }
    assert_eq!(w.from("192.0.2.2").with_key("ccg_guess").get("/api/user").await.status, 401, "another address has its own tries");
}
