//! What the clock ends: how often an account may ask, and how long a token lives.

use ccgate::clock::Clock;
use libtest_mimic::Trial;
use reqwest::Method;
use serde_json::{Value, json};

use super::token::token;
use super::{Agent, fine, refused};
use crate::facade::callcenter::data;
use crate::harness::world::Kind;
use crate::harness::{Answer, World, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial(concat!(module_path!(), "::so_many_an_hour"), || async {
            let clock = Clock::manual(Clock::system().now());
            let mut world = World::with(Kind::Sim, clock.clone(), |config| config.queue_events.requests_per_hour = 3).await;
            so_many_an_hour(&mut world, &clock).await;
            world.stop().await;
        }),
        trial(concat!(module_path!(), "::a_token_lives_an_hour"), || async {
            let clock = Clock::manual(Clock::system().now());
            let mut world = World::with(Kind::Sim, clock.clone(), |_| {}).await;
            a_token_lives_an_hour(&mut world, &clock).await;
            world.stop().await;
        }),
    ]
}

/// Limit, what remains, and when there is room for another.
fn rate(answer: &Answer) -> [i64; 3] {
    ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"].map(|name| answer.headers[name].to_str().unwrap().parse().unwrap())
}

async fn so_many_an_hour(w: &mut World, clock: &Clock) {
    let agent = Agent::new(w, "local").await;
    let second = |ms: i64| (ms + 999) / 1_000;
    let begun = clock.now().0;
    let room = second(begun + 3_600_000);
    assert_eq!(rate(&w.get(&agent.path).await), [3, 2, room]);
    clock.advance_ms(60_000);
    // Whatever comes of it; not who is nobody, nor a token.
    assert_eq!(rate(&w.post(&agent.path, json!({})).await), [3, 1, room]);
    assert!(!w.anonymous().get(&agent.path).await.headers.contains_key("x-ratelimit-limit"));
    token(w).await;
    assert_eq!(rate(&w.get("/client/0/agent/local/1/event/").await), [3, 0, room]);
    let refused = w.post(&agent.path, fine()).await;
    assert_eq!((refused.status, &refused.body), (429, &json!({"status": "rate_limit_exceeded"})));
    assert_eq!((rate(&refused), refused.headers["retry-after"].to_str().unwrap()), ([3, 0, room], "3540"));
    // Another account has its own, and other surfaces none.
    let theirs = w.other_account("other.local").await;
    assert_eq!(rate(&theirs.get("/client/0/agent/local/1/event/").await)[1], 2);
    assert_eq!(data(w.get(&format!("/api/user/{}", agent.user)).await)["id"], json!(agent.user));
    clock.advance_ms(3_539_999);
    assert_eq!(w.get(&agent.path).await.status, 429);
    clock.advance_ms(1);
    let answer = w.get(&agent.path).await;
    assert_eq!((answer.status, &answer.body), (200, &json!([])), "what was refused changed nothing");
    assert_eq!(rate(&answer), [3, 0, second(begun + 60_000 + 3_600_000)]);
    assert_eq!(w.get(&agent.path).await.body, json!({"status": "rate_limit_exceeded"}));
    clock.advance_ms(3_600_000);
    assert_eq!(rate(&w.get(&agent.path).await)[1], 2);
    assert_eq!(w.anonymous().get(&agent.path).await.body, Value::Null);
}

async fn a_token_lives_an_hour(w: &mut World, clock: &Clock) {
    let agent = Agent::new(w, "local").await;
    let client = w.with_key(&token(w).await);
    clock.advance_ms(3_599_999);
    assert_eq!(client.get(&agent.path).await.status, 200);
    clock.advance_ms(1);
    assert_eq!(refused(&client, Method::GET, &agent.path, Value::Null).await, (401, Value::Null));
}
