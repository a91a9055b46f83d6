use proptest::prelude::*;

use super::*;
use crate::esl::event::EventBuf;

fn event(number: usize) -> Event {
    let mut made = EventBuf::new("TEST");
    made.push("n", number.to_string());
    Event::from_frame(&made.encode_plain()).unwrap()
}

fn connected(session: u64) -> Connected {
    Connected { core_uuid: "c".into(), session }
}

fn shown(item: &Feed) -> String {
    match item {
        Feed::Connected(connected) => format!("+{}", connected.session),
        Feed::Event(event) => event.get("n").unwrap().into_owned(),
        Feed::Gap { lost } => format!("gap {lost}"),
        Feed::Disconnected { .. } => "-".to_owned(),
    }
}

fn drain(receiver: &mut FeedReceiver) -> Vec<String> {
    std::iter::from_fn(|| receiver.try_recv()).map(|item| shown(&item)).collect()
}

#[test]
fn a_gap_stands_where_the_events_are_missing() {
    let (sender, mut receiver) = feed(3, usize::MAX);
    (0..6).for_each(|n| sender.event(event(n)));
    assert_eq!(receiver.try_recv().map(|item| shown(&item)).as_deref(), Some("0"));
    // One was taken, but with the gap the queue is as full as before.
    sender.event(event(6));
    assert_eq!(receiver.try_recv().map(|item| shown(&item)).as_deref(), Some("1"));
    sender.event(event(7));
    assert_eq!(drain(&mut receiver), ["2", "gap 4", "7"]);
    assert_eq!(sender.counts(), FeedCounts { events: 4, lost: 4, gaps: 1 });
    sender.event(event(8));
    assert_eq!(drain(&mut receiver), ["8"]);
}

#[test]
fn bytes_are_a_bound_too_and_are_given_back() {
    let size = event(0).held_bytes();
    let (sender, mut receiver) = feed(100, size * 2);
    (0..3).for_each(|n| sender.event(event(n)));
    assert_eq!(drain(&mut receiver), ["0", "1", "gap 1"]);
    (3..5).for_each(|n| sender.event(event(n)));
    assert_eq!(drain(&mut receiver), ["3", "4"]);
}

#[test]
fn news_are_never_lost_and_never_pile_up() {
    let (sender, mut receiver) = feed(2, usize::MAX);
    (0..4).for_each(|n| sender.event(event(n)));
    for session in 1..50 {
        sender.disconnected(Reason::Closed);
        sender.connected(connected(session));
        sender.event(event(9));
    }
    assert_eq!(drain(&mut receiver), ["0", "1", "gap 50", "+49", "gap 1"]);
}

#[tokio::test]
async fn a_waiting_consumer_is_woken_and_told_of_the_end() {
    let (sender, mut receiver) = feed(2, usize::MAX);
    let consumer = tokio::spawn(async move {
        let mut seen = Vec::new();
        while let Some(item) = receiver.recv().await {
            seen.push(shown(&item));
        }
        seen
    });
    tokio::task::yield_now().await;
    sender.connected(connected(1));
    tokio::task::yield_now().await;
    sender.disconnected(Reason::Stopped);
    sender.close();
    assert_eq!(consumer.await.unwrap(), ["+1", "-"]);
}

proptest! {
    /// Whatever is put and taken in whatever order: events keep their order, and every one missing is counted in its place.
    #[test]
    fn every_event_is_there_or_counted(steps in proptest::collection::vec(0_u8..10, 0..300), max in 1_usize..6) {
        let (sender, mut receiver) = feed(max, usize::MAX);
        let (mut put, mut next, mut most) = (0_usize, 0_usize, 0_usize);
        let mut taken = Vec::new();
        for step in steps {
            match step {
                0..6 => {
                    sender.event(event(put));
                    put += 1;
                }
                6 => sender.connected(connected(1)),
                7 => sender.disconnected(Reason::Closed),
                _ => taken.extend(receiver.try_recv()),
            }
            most = most.max(receiver.0.lock().items.len());
        }
        taken.extend(std::iter::from_fn(|| receiver.try_recv()));
        for item in taken {
            match item {
                Feed::Event(event) => {
                    prop_assert_eq!(event.get("n").unwrap().into_owned(), next.to_string());
                    next += 1;
                }
                Feed::Gap { lost } => next += usize::try_from(lost).unwrap(),
                Feed::Connected(_) | Feed::Disconnected { .. } => {}
            }
        }
        prop_assert_eq!(next, put);
        prop_assert!(most <= max + 3, "{} items with a bound of {}", most, max);
    }
}
