//! Tests of what is found.

use std::collections::BTreeMap;

use super::*;
use crate::domain::AccountId;
use crate::domain::queue::{Strategy, TimeBaseScore};
use crate::reconcile::Options;
use crate::reconcile::build::build;
use crate::reconcile::build::tests::rows;
use crate::switch::observed::{ObservedTier, Registration};

fn agent(contact: &str) -> ObservedAgent {
    ObservedAgent { contact: contact.to_owned(), params: BTreeMap::from([(AgentParam::WrapUpTime, 10)]), ..ObservedAgent::default() }
}

#[test]
fn what_no_account_knows_is_found_and_what_is_not_as_it_was_is_said() {
    let desired = build(rows(), &Options::default());
    let account = desired.account(AccountId(1)).unwrap();
    let (own, own_queue) =
        (account.agents.values().next().unwrap().name.to_string(), account.queues.values().next().unwrap().name.to_string());
    let domain = account.account.domain.to_string();
    let params = [
        ("strategy", "ring-progressively"),
        ("moh-sound", "local_stream://moh"),
        ("time-base-score", "system"),
        ("max-wait-time", "90"),
        ("tier-rules-apply", "true"),
        ("agent-no-answer-status", "Logged Out"),
    ];
    let listed = ObservedQueue(params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect());
    let observed = Observed {
        agents: BTreeMap::from([
            ("1000@default".to_owned(), agent("user/1000@lab.local")),
            ("bad name".to_owned(), agent("user/7")),
            (own, agent("")),
            (format!("4711@{domain}"), agent("loopback/1")),
        ]),
        queues: BTreeMap::from([("support@default".to_owned(), listed), (own_queue, ObservedQueue::default())]),
        tiers: BTreeMap::from([(
            ("support@default".to_owned(), "1000@default".to_owned()),
            ObservedTier { level: 2, position: 3, ..ObservedTier::default() },
        )]),
        registrations: vec![Registration { user: "999".to_owned(), realm: domain.to_uppercase(), expires_s: 0 }],
        ..Observed::default()
    };
    let found = found(&desired, &observed, account);
    let names: Vec<_> = found.agents.iter().map(|agent| agent.name.as_str()).collect();
    assert_eq!(names, ["1000@default".to_owned(), format!("4711@{domain}")]);
    assert_eq!((found.agents[0].phone.clone(), found.agents[0].overrides.wrap_up_time), (Some(Phone::Sip("1000".to_owned())), Some(10)));
    let [queue] = &found.queues[..] else { panic!("{:?}", found.queues) };
    assert_eq!((queue.name.as_str(), queue.known, queue.settings.max_wait_time), ("support@default", None, 90));
    assert_eq!((queue.settings.strategy, queue.settings.time_base_score), (Strategy::LongestIdleAgent, TimeBaseScore::System));
    assert_eq!(queue.music, Some(Media::Stream { spec: StreamName::parse("moh").unwrap() }));
    assert_eq!(found.tiers, [("support@default".to_owned(), "1000@default".to_owned(), DesiredTier { level: 2, position: 3 })]);
    assert_eq!((found.phones.iter().map(String::as_str).collect::<Vec<_>>(), found.numbers.0), (vec!["999"], 4712));
    let said = found.warnings.join("\n");
    for part in ["\"bad name\" is left alone", "ring-progressively", "Logged Out", "announcements", "no kind that ccgate knows"] {
        assert!(said.contains(part), "{part}: {said}");
    }
}
