//! Callers of a queue.

use super::{ANSWERS, agent, as_told, check_in, scenarios};
use crate::harness::World;
use crate::scenario::queue;

scenarios![told_of_an_answered_queue_call];

async fn told_of_an_answered_queue_call(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, device) = agent(w, "1001", ANSWERS).await;
    queue(w, "Support", "7000", &[user]).await;
    check_in(w, user, device).await;
    let caller = w.phones.call_in("972501234567", "97237000").await;
    for _ in 0..2 {
        w.sink.next("call:answer", &secret).await;
    }
    w.phones.hang_up(caller).await;
    as_told(w, "an_answered_queue_call", 2).await;
}
