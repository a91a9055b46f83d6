//! An installation that was there before: agent 1 as `1000@default` in `support@default`, which is not managed, agent 2 as `1001@default` in
//! `sales@default`, which is.

use std::collections::BTreeMap;

use super::super::build::tests::rows;
use super::*;
use crate::domain::kept::{Kept, KeptQueue};
use crate::domain::queue::{Membership, Mode};
use crate::domain::repair::Kind;
use crate::domain::{AccountId, DeviceId, QueueId, UserId};
use crate::reconcile::build::build;
use crate::reconcile::follow::Seen;
use crate::reconcile::heal::heal;
use crate::reconcile::{DesiredTier, Options, words};
use crate::switch::observed::{Member, ObservedAgent, ObservedQueue, ObservedTier};
use crate::switch::{AgentState, AgentStatus, TierState};

pub(super) fn desired() -> Desired {
    let mut rows = rows();
    let name = |name: &str| name.parse().unwrap();
    let kept = Kept {
        agents: BTreeMap::from([(UserId(1), name("1000@default")), (UserId(2), name("1001@default"))]),
        queues: BTreeMap::from([
            (QueueId(1), KeptQueue { name: name("support@default"), owned: false }),
            (QueueId(2), KeptQueue { name: name("sales@default"), owned: true }),
        ]),
        users_from: UserId(3),
        queues_from: QueueId(3),
    };
    rows.kept.insert(AccountId(1), kept);
    let member = |user, queue| Membership {
        user_id: UserId(user),
        queue_id: QueueId(queue),
        mode: Mode::Default,
        position: 2,
        level: 1,
        timegroup_id: None,
    };
    rows.memberships = vec![member(1, 1), member(2, 2)];
    build(rows, &Options::default())
}

pub(super) fn observed() -> Observed {
    let agent = |contact: &str| ObservedAgent {
        contact: contact.to_owned(),
        status: Some(AgentStatus::Available),
        state: Some(AgentState::Waiting),
        ..ObservedAgent::default()
    };
    let tier = |queue: &str, agent: &str| {
        ((queue.to_owned(), agent.to_owned()), ObservedTier { level: 1, position: 1, ..ObservedTier::default() })
    };
    Observed {
        agents: BTreeMap::from([
            ("1000@default".to_owned(), ObservedAgent { status: Some(AgentStatus::OnBreak), ..agent("user/phone2@lab.local") }),
            ("1001@default".to_owned(), agent("user/phone2@lab.local")),
            ("1@lab.local".to_owned(), agent("user/7")),
            ("bob@default".to_owned(), agent("user/8")),
        ]),
        tiers: BTreeMap::from([
            tier("support@default", "1000@default"),
            tier("support@default", "1001@default"),
            tier("sales@default", "1001@default"),
            tier("sales@default", "1000@default"),
            tier("sales@default", "bob@default"),
        ]),
        queues: ["support@default", "sales@default", "other@default"].map(|name| (name.to_owned(), ObservedQueue::default())).into(),
        ..Observed::default()
    }
}

#[test]
fn what_is_not_managed_is_left_alone_and_followed() {
    let plan = plan(&desired(), &observed(), &ServedQueues::default());
    let of = |step: &Step| step.summary().contains("1001@default") || step.summary().contains("sales@default");
    assert!(plan.steps.iter().all(of), "{:?}", plan.steps);
    let seen = Seen {
        account: AccountId(1),
        agent: desired().account(AccountId(1)).unwrap().agent_name(UserId(1)),
        device: Some(DeviceId(2)),
        paused: true,
        // It serves the queue that is managed too, which will end.
        tiers: BTreeMap::from([(QueueId(1), DesiredTier { level: 1, position: 1 })]),
    };
    assert_eq!(plan.findings, [Finding::Follows(seen)]);
}

#[test]
fn what_is_stuck_is_got_loose_where_it_is_managed_only() {
    let mut seen = observed();
    seen.agents.values_mut().for_each(|agent| agent.state = Some(AgentState::Receiving));
    seen.tiers.values_mut().for_each(|tier| tier.state = Some(TierState::Standby));
    let of = |queue: &str| Member { queue: queue.to_owned(), uuid: queue.to_owned(), state: "Trying".to_owned(), ..Member::default() };
    seen.members = ["support@default", "sales@default"].map(of).into();
    let cured: Vec<_> = heal(&desired(), &seen, &seen).into_iter().map(|(_, cure)| (cure.kind, cure.user, cure.queue)).collect();
    assert_eq!(cured, [(Kind::AgentStuck, Some(UserId(2)), None), (Kind::MemberGhost, None, Some(QueueId(2)))]);
}

#[test]
fn an_agent_is_managed_when_a_queue_of_it_is_or_when_ccgate_made_it() {
    let managed = |change: fn(&mut Kept)| {
        let (mut rows, mut kept) = (rows(), Kept::default());
        rows.memberships.retain(|member| member.user_id == UserId(1) && member.queue_id == QueueId(1));
        kept.agents.insert(UserId(1), "1000@default".parse().unwrap());
        kept.queues.insert(QueueId(1), KeptQueue { name: "support@default".parse().unwrap(), owned: false });
        change(&mut kept);
        rows.kept.insert(AccountId(1), kept);
        build(rows, &Options::default()).agents().next().unwrap().managed
    };
    assert!(!managed(|_| {}));
    assert!(managed(|kept| kept.queues.clear()), "its queue was made by ccgate");
    assert!(managed(|kept| kept.queues.values_mut().for_each(|queue| queue.owned = true)));
    assert!(managed(|kept| drop(kept.agents.insert(UserId(1), "1@lab.local".parse().unwrap()))));
}

#[test]
fn a_plan_is_read_by_people() {
    let (desired, observed) = (desired(), observed());
    let plan = plan(&desired, &observed, &ServedQueues::default());
    let lines: Vec<_> = words::lines(&desired, &observed, &plan.steps).iter().map(|line| format!("{}: {}", line.of, line.what)).collect();
    insta::assert_snapshot!(lines.join("\n"));
    let mut gone = observed.clone();
    gone.agents.remove("1001@default");
    let of = |line: &words::Line| line.of.contains("1001@default").then(|| line.what.clone());
    let plan = super::plan(&desired, &gone, &ServedQueues::default());
    let lines: Vec<_> = words::lines(&desired, &gone, &plan.steps).iter().filter_map(of).collect();
    assert_eq!(lines, ["is not on the switch"], "one line, whatever it takes");
}
