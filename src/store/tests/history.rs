//! What is remembered of agents, what statistics read, and what is forgotten.

use super::{Fixture, leg, stay};
use crate::clock::Millis;
use crate::domain::agent_span::{Kind, SpanChange};
use crate::domain::call::LegId;
use crate::domain::stats::agent::Talk;
use crate::domain::{AccountId, PauseId, QueueId, UserId};
use crate::store::{Page, agent_span, cdr, last, stats};

const DANA: UserId = UserId(7);
/// When spans began and ended.
type Times = [(i64, Option<i64>)];
const ALL: (Millis, Millis) = (Millis(0), Millis(1_000_000));

async fn apply(f: &Fixture, account: AccountId, change: SpanChange) {
    f.write(move |tx| Box::pin(async move { agent_span::apply(tx, account, DANA, &[change]).await })).await.map(drop).unwrap();
}

async fn spans(f: &Fixture, account: AccountId, kind: Kind) -> Vec<(i64, Option<i64>)> {
    let spans = agent_span::between(&mut *f.read().await, account, DANA, ALL.0, ALL.1).await.unwrap();
    spans.iter().filter(|span| span.kind == kind).map(|span| (span.begun_at.0, span.ended_at.map(|at| at.0))).collect()
}

#[tokio::test]
async fn spans_begin_and_end() {
    let f = Fixture::new().await;
    let (kind, at) = (Kind::Paused, Millis(100));
    for account in [f.account, f.other] {
        apply(&f, account, SpanChange::Begin { kind, pause_id: Some(PauseId(1)), at }).await;
        apply(&f, account, SpanChange::Begin { kind: Kind::CheckedIn, pause_id: None, at }).await;
    }
    apply(&f, f.account, SpanChange::End { kind, at: Millis(50) }).await;
    assert_eq!(spans(&f, f.account, kind).await, [(100, Some(100))], "a clock that went back ends nothing before it began");
    assert_eq!(spans(&f, f.other, kind).await, [(100, None)]);
    assert_eq!(spans(&f, f.account, Kind::CheckedIn).await, [(100, None)]);
    let until = async |to| agent_span::between(&mut *f.read().await, f.other, DANA, Millis(0), Millis(to)).await.unwrap().len();
    assert_eq!((until(100).await, until(101).await), (0, 2), "of a period's own moments only");
}

#[tokio::test]
async fn a_wrap_up_is_cut_short_extended_and_begun_once() {
    let f = Fixture::new().await;
    let account = f.account;
    let wrap_up = |at, until| SpanChange::WrapUp { at: Millis(at), until: Millis(until) };
    let after_call = |at, until| SpanChange::WrapUpAfterCall { at: Millis(at), until: Millis(until) };
    let rows: Vec<(SpanChange, &Times)> = vec![
        (wrap_up(10, 5), &[]),
        (after_call(100, 200), &[(100, Some(200))]),
        (after_call(100, 200), &[(100, Some(200))]),
        (wrap_up(120, 300), &[(100, Some(300))]),
        (wrap_up(130, 100), &[(100, Some(130))]),
        // Told of once more, by the end of another call: it stays cut short.
        (after_call(100, 200), &[(100, Some(130))]),
        // None runs: one begins.
        (wrap_up(400, 500), &[(100, Some(130)), (400, Some(500))]),
        // Set during a call, for after it.
        (wrap_up(600, 900), &[(100, Some(130)), (400, Some(500)), (600, Some(900))]),
        (after_call(700, 900), &[(100, Some(130)), (400, Some(500)), (700, Some(900))]),
    ];
    for (change, expected) in rows {
        apply(&f, account, change).await;
        assert_eq!(spans(&f, account, Kind::WrapUp).await, expected, "{change:?}");
    }
    assert_eq!(spans(&f, f.other, Kind::WrapUp).await, []);
}

#[tokio::test]
async fn what_statistics_read() {
    let f = Fixture::new().await;
    let (account, day) = (f.account, stats::LEG_MS_MAX);
    leg(&f, account, "a", day, &[("user_id", "7"), ("side", "agent"), ("type", "queue"), ("hangup_cause", "NO_ANSWER")]).await;
    leg(&f, account, "b", 2 * day, &[("user_id", "7"), ("type", "outbound")]).await;
    leg(&f, account, "b/1", 2 * day, &[("user_id", "7"), ("type", "outbound")]).await;
    leg(&f, account, "c", 2 * day - 1, &[("user_id", "8"), ("type", "outbound")]).await;
    // Both picked up; the caller was put through to the second.
    leg(&f, account, "e", 2 * day, &[]).await;
    stay(&f, account, "e", 5, (2 * day, Some(2 * day + 2_500), None), "served").await;
    for (offer, began, ended) in [("e/1", 2 * day + 10, 2 * day + 1_900), ("e/2", 2 * day + 2_000, 2 * day + 9_000)] {
        let (answered, ended) = ((began + 10).to_string(), ended.to_string());
        leg(&f, account, offer, began, &[("user_id", "7"), ("side", "agent"), ("answered_at", &answered), ("ended_at", &ended)]).await;
    }
    leg(&f, f.other, "d", 2 * day, &[("user_id", "9"), ("type", "outbound")]).await;
    stay(&f, account, "c", 5, (100, Some(150), Some(200)), "served").await;
    stay(&f, account, "c", 6, (100, None, Some(200)), "no_agent_timeout").await;
    stay(&f, f.other, "d", 4, (100, None, Some(200)), "abandoned").await;
    let mut conn = f.read().await;
    let mut legs = Vec::new();
    stats::each_leg(&mut conn, account, DANA, (Millis(2 * day), Millis(3 * day)), |leg| {
        legs.push((leg.what, leg.answered_at.map(|at| at.0 - 2 * day), leg.not_answered));
    })
    .await
    .unwrap();
    let (offer, none) = (Talk::Offer, None);
    let expected =
        [(offer, none, true), (Talk::Outbound, none, false), (Talk::Other, none, false), (offer, none, false), (offer, Some(2_500), false)];
    assert_eq!(legs, expected);
    let mut stays = Vec::new();
    for queue in [5, 6, 4] {
        stats::each_stay(&mut conn, account, QueueId(queue), (Millis(100), Millis(101)), |stay| stays.push(stay.served_at)).await.unwrap();
    }
    stats::each_stay(&mut conn, account, QueueId(5), (Millis(0), Millis(100)), |_| panic!("it joined later")).await.unwrap();
    assert_eq!(stays, [Some(Millis(150)), None]);
    assert_eq!(stats::queues(&mut conn, account).await.unwrap(), [QueueId(5), QueueId(6)]);
    assert_eq!(stats::users(&mut conn, account).await.unwrap(), [DANA, UserId(8)]);
    apply(&f, account, SpanChange::Begin { kind: Kind::CheckedIn, pause_id: None, at: Millis(1) }).await;
    apply(&f, f.other, SpanChange::Begin { kind: Kind::CheckedIn, pause_id: None, at: Millis(1) }).await;
    assert_eq!(stats::users(&mut *f.read().await, f.other).await.unwrap(), [DANA, UserId(9)]);
}

#[tokio::test]
async fn the_last_queue_call_of_an_agent() {
    let f = Fixture::new().await;
    let of = async |leg: Option<&LegId>, now| {
        last::queue_call(&mut *f.read().await, f.account, DANA, leg, Millis(now)).await.unwrap().and_then(|call| call.ended_at)
    };
    let at = async |now| of(None, now).await;
    let offer = async |account, call: &str, started: i64, ended: Option<&str>| {
        leg(&f, account, call, 90, &[]).await;
        let mut columns = vec![("user_id", "7"), ("side", "agent"), ("answered_at", "110")];
        columns.extend(ended.map(|ended| ("ended_at", ended)));
        leg(&f, account, &format!("{call}/1"), started, &columns).await;
    };
    offer(f.account, "a", 1_100, Some("1900")).await;
    stay(&f, f.account, "a", 5, (100, Some(1_150), Some(1_900)), "served").await;
    // A mailbox picked up; the caller was put through to the same agent later.
    offer(f.account, "b", 2_000, Some("2900")).await;
    stay(&f, f.account, "b", 5, (100, Some(3_050), Some(3_900)), "served").await;
    leg(&f, f.account, "c", 4_000, &[("user_id", "7"), ("answered_at", "4100"), ("ended_at", "4900")]).await;
    offer(f.other, "d", 5_000, Some("5900")).await;
    stay(&f, f.other, "d", 5, (100, Some(5_050), Some(5_900)), "served").await;
    assert_eq!((at(6_000).await, at(1_101 + stats::LEG_MS_MAX).await), (Some(Millis(1_900)), None));
    offer(f.account, "e", 6_000, None).await;
    assert_eq!(at(7_000).await, Some(Millis(1_900)), "nobody is put through yet");
    stay(&f, f.account, "e", 5, (100, Some(6_500), None), "served").await;
    assert_eq!(at(7_000).await, None, "it talks");
    for (leg, ended) in [("a/1", Some(1_900)), ("b/1", None), ("c", None), ("d/1", None)] {
        assert_eq!(of(Some(&LegId::new(leg)), 7_000).await, ended.map(Millis), "{leg}");
    }
}

#[tokio::test]
async fn what_is_old_is_forgotten_and_nothing_else() {
    let f = Fixture::new().await;
    let account = f.account;
    leg(&f, account, "old", 100, &[("ended_at", "200")]).await;
    stay(&f, account, "old", 5, (100, None, Some(200)), "abandoned").await;
    leg(&f, account, "older", 50, &[("ended_at", "60")]).await;
    leg(&f, account, "ended later", 100, &[("ended_at", "1000")]).await;
    leg(&f, account, "goes on", 100, &[]).await;
    leg(&f, account, "recorded", 90, &[("ended_at", "200"), ("recording", "1/2026/11/25/a.wav")]).await;
    leg(&f, account, "was recorded", 100, &[("ended_at", "200"), ("recording", "1/2026/11/25/a.wav"), ("recording_deleted_at", "900")])
        .await;
    leg(&f, f.other, "theirs", 100, &[("ended_at", "200")]).await;
    apply(&f, account, SpanChange::Begin { kind: Kind::CheckedIn, pause_id: None, at: Millis(1) }).await;
    apply(&f, account, SpanChange::WrapUp { at: Millis(1), until: Millis(999) }).await;
    let forget = async |limit| {
        let legs = f.write(move |tx| Box::pin(async move { cdr::forget(tx, account, Millis(1_000), limit).await })).await.unwrap();
        let spans = f.write(move |tx| Box::pin(async move { agent_span::forget(tx, account, Millis(1_000), limit).await })).await.unwrap();
        (legs, spans)
    };
    assert_eq!([forget(1).await, forget(9).await, forget(9).await], [(1, 1), (2, 0), (0, 0)]);
    let mut conn = f.read().await;
    let left = cdr::page(&mut conn, account, &cdr::Filter::default(), Page::default()).await.unwrap();
    assert_eq!(left.iter().map(|entry| entry.uuid.as_str()).collect::<Vec<_>>(), ["goes on", "ended later", "recorded"]);
    assert_eq!(stats::queues(&mut conn, account).await.unwrap(), []);
    assert!(cdr::get(&mut conn, f.other, "theirs").await.unwrap().is_some());
    assert_eq!(spans(&f, account, Kind::CheckedIn).await, [(1, None)]);
}
