//! The two switches as the player has them: commands, events in order, the switch's clock, callers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ccgate::sim::phones::{CallPlan, Origin};
use ccgate::sim::script::{Headers, Session};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Semaphore, broadcast};
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::super::bench::Bench;
use super::super::served::URL_PASSWORD;
use super::super::transcript::Frame;
use super::documents;
use crate::harness::freeswitch::{ESL_PASSWORD, FreeSwitch};
use crate::harness::phones::Behaviour;
use crate::harness::ports;
use crate::harness::sim_phones::simulated;
use crate::harness::sipp::LivePhones;

/// What is listened to; `differ::marker` is the player's own.
const EVENTS: &str = "event plain CHANNEL_CREATE CHANNEL_PROGRESS CHANNEL_PROGRESS_MEDIA CHANNEL_ANSWER CHANNEL_BRIDGE CHANNEL_UNBRIDGE \
    CHANNEL_HOLD CHANNEL_UNHOLD CHANNEL_HANGUP_COMPLETE CHANNEL_DESTROY CUSTOM callcenter::info differ::marker";
/// How long one waits before one looks again.
const MOMENT_MS: u64 = 50;
/// Events that a player may be behind.
const FEED_MAX: usize = 100_000;

/// What each phone does.
const PHONES: &[(&str, Behaviour)] = &[
    ("answers", Behaviour::Answer { after_ms: 200, talk_ms: None }),
    ("talks", Behaviour::Answer { after_ms: 200, talk_ms: Some(1_500) }),
    ("early", Behaviour::EarlyMedia { after_ms: 200 }),
    ("quiet", Behaviour::NoRing { after_ms: 200 }),
    ("slow", Behaviour::Answer { after_ms: 1_200, talk_ms: None }),
    ("slower", Behaviour::Answer { after_ms: 2_500, talk_ms: None }),
    ("busy", Behaviour::Busy),
    ("rejects", Behaviour::Reject),
    ("rings", Behaviour::RingOn),
    ("silent", Behaviour::RingOn),
];

/// Either switch.
pub(super) enum Side {
    Sim(Box<Bench>),
    Live(Box<Live>),
}

/// One player at the real switch.
pub(super) struct Live {
    session: Session,
    feed: broadcast::Receiver<Arc<Headers>>,
    callers: LivePhones,
    looks: Interval,
}

/// A real switch with its phones, at which several play.
pub(super) struct Stage {
    switch: FreeSwitch,
    events: broadcast::Sender<Arc<Headers>>,
    /// mod_event_socket has room for five that want in; to a sixth it says nothing at all.
    door: Semaphore,
    tasks: [tokio::task::JoinHandle<()>; 2],
    _phones: LivePhones,
}

impl Stage {
    pub(super) async fn start() -> Self {
        let (documents, url) = super::super::served::serve(documents::answer).await;
        let esl = SocketAddr::from(([127, 0, 0, 1], ports::free()));
        let switch = FreeSwitch::start(esl, &url, URL_PASSWORD).await;
        let mut phones = LivePhones::new(&switch, "lab.local");
        for (user, behaviour) in PHONES {
            phones.phone(user, &format!("pw{user}"), *behaviour).await;
        }
        let mut session = Session::login(esl, ESL_PASSWORD).await.unwrap();
        session.send(EVENTS).await.unwrap();
        let events = broadcast::Sender::new(FEED_MAX);
        let told = events.clone();
        let reader = tokio::spawn(async move {
            while let Ok(event) = session.event().await {
                // Nobody may be listening between two.
                let _ = told.send(Arc::new(event));
            }
        });
        Self { switch, events, door: Semaphore::new(1), tasks: [documents, reader], _phones: phones }
    }

    pub(super) async fn player(&self) -> Side {
        let first = self.door.acquire().await.unwrap();
        let session = Session::login(self.switch.esl(), ESL_PASSWORD).await.unwrap();
        drop(first);
        let callers = LivePhones::new(&self.switch, "lab.local");
        let mut looks = interval(Duration::from_millis(MOMENT_MS));
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Side::Live(Box::new(Live { session, feed: self.events.subscribe(), callers, looks }))
    }

    pub(super) async fn stop(mut self) {
        self.switch.stop().await;
        self.tasks.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

impl Side {
    /// A simulated switch of its own.
    pub(super) fn sim(seed: u64) -> Self {
        let mut bench = Bench::with(seed, documents::answer);
        for (user, behaviour) in PHONES {
            bench.register(user, simulated(*behaviour));
        }
        bench.connect();
        bench.command("auth ClueCon");
        bench.command(EVENTS);
        Self::Sim(Box::new(bench))
    }

    /// A command's reply.
    pub(super) async fn api(&mut self, line: &str) -> String {
        match self {
            Self::Sim(bench) => bench.api(line),
            Self::Live(live) => live.session.send(&format!("api {line}")).await.unwrap(),
        }
    }

    /// Has the switch run a command by itself.
    pub(super) async fn background(&mut self, line: &str) {
        match self {
            Self::Sim(bench) => drop(bench.command(&format!("bgapi {line}"))),
            Self::Live(live) => drop(live.session.send(&format!("bgapi {line}")).await.unwrap()),
        }
    }

    /// Everything that was told before this call, and not given yet; `marker` is a word of this player's own.
    pub(super) async fn events(&mut self, marker: &str) -> Vec<Headers> {
        let command = format!("sendevent CUSTOM\nEvent-Subclass: differ::marker\nWhose: {marker}");
        match self {
            Self::Sim(bench) => {
                bench.command(&command);
                bench.take().iter().filter_map(Frame::event).filter(|event| !event.contains_key("Whose")).collect()
            }
            Self::Live(live) => {
                live.session.send(&command).await.unwrap();
                let mut events = Vec::new();
                loop {
                    match live.feed.recv().await {
                        Ok(event) if event.get("Whose").is_some_and(|whose| whose == marker) => return events,
                        Ok(event) if event.contains_key("Whose") => {}
                        Ok(event) => events.push((*event).clone()),
                        Err(RecvError::Lagged(lost)) => panic!("{lost} events were lost"),
                        Err(RecvError::Closed) => panic!("the switch is gone"),
                    }
                }
            }
        }
    }

    /// Lets a moment pass before one looks again.
    pub(super) async fn moment(&mut self) {
        match self {
            Self::Sim(bench) => bench.run(i64::try_from(MOMENT_MS).unwrap()),
            Self::Live(live) => drop(live.looks.tick().await),
        }
    }

    /// Somebody outside dials.
    pub(super) fn call(&mut self, from: &str, number: &str) {
        match self {
            Self::Sim(bench) => {
                let from = Origin::Trunk { cid_number: from.to_owned(), cid_name: from.to_owned() };
                bench.call_from(from, number, CallPlan::default()).unwrap();
            }
            Self::Live(live) => drop(live.callers.call_in(from, number)),
        }
    }
}
