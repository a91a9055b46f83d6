use std::collections::BTreeSet;

use super::*;
use crate::clock::Millis;
use crate::domain::account::Settings as AccountSettings;
use crate::domain::device::{A1Hash, Ring};
use crate::domain::extension::{Kind, Target};
use crate::domain::number::{DialNumber, Domain, ExtensionNumber, Gateway, SipUser};
use crate::domain::queue::{Mode, Settings as QueueSettings};
use crate::domain::text::Label;
use crate::domain::user::{PasswordHash, Settings as UserSettings};
use crate::domain::{AccountId, DeviceId, ExtensionId, PauseId, QueueId, UserId};

const ACCOUNT: AccountId = AccountId(1);

fn label(text: &str) -> Label {
    Label::new(text).unwrap()
}

fn user(id: i64) -> User {
    User {
        id: UserId(id),
        account_id: ACCOUNT,
        name: label("Agent"),
        username: format!("agent{id}"),
        email: format!("agent{id}@example.com"),
        password_hash: PasswordHash(String::new()),
        password_md5_hash: None,
        active: true,
        is_agent: true,
        pgroup_id: None,
        permissions: BTreeMap::new(),
        created_at: Millis(0),
        last_login_at: None,
        settings: UserSettings::default(),
    }
}

fn device(id: i64) -> Device {
    let line = Line::Sip { username: SipUser::parse(&format!("Phone{id}")).unwrap(), a1_hash: A1Hash("0".repeat(32)) };
    Device { id: DeviceId(id), account_id: ACCOUNT, name: label("Desk"), line, user_id: Some(UserId(1)), ring: Ring::default() }
}

fn member(user: i64, queue: i64, mode: Mode) -> Membership {
    Membership { user_id: UserId(user), queue_id: QueueId(queue), mode, position: 2, level: 1, timegroup_id: None }
}

/// Two agents, of which the first sits at phone 1 in queue 1 and the second is checked out; phones 1 and 2; queues 1 and 2.
pub(crate) fn rows() -> Rows {
    let state = Agent { device_id: Some(DeviceId(1)), joined: BTreeSet::from([QueueId(1)]), version: 4, ..Agent::new(ACCOUNT, UserId(1)) };
    let queue = |id| Queue { id: QueueId(id), account_id: ACCOUNT, name: label("Queue"), settings: QueueSettings::default() };
    let domain = Domain::parse("lab.local").unwrap();
    let extension = |id, number: &str, kind| Extension {
        id: ExtensionId(id),
        account_id: ACCOUNT,
        name: label("Support"),
        number: ExtensionNumber::parse(number).unwrap(),
        kind,
        target: Target::Queue(QueueId(1)),
    };
    Rows {
        accounts: vec![Account { id: ACCOUNT, name: label("Lab"), domain, settings: AccountSettings::default() }],
        users: vec![user(1), user(2)],
        devices: vec![device(1), device(2)],
        queues: vec![queue(1), queue(2)],
        memberships: vec![member(1, 1, Mode::Default), member(1, 2, Mode::Free), member(2, 1, Mode::Default)],
        extensions: vec![extension(1, "700", Kind::Internal), extension(2, "+97231234567", Kind::Did)],
        agents: vec![state],
        ..Rows::default()
    }
}

fn built(rows: Rows) -> Desired {
    build(rows, &Options::default())
}

#[test]
fn an_agent_that_sits_somewhere_and_one_that_does_not() {
    let desired = built(rows());
    let agents: Vec<_> = desired.agents().collect();
    assert_eq!((agents[0].status, agents[0].version, agents[0].tiers.len()), (AgentStatus::Available, 4, 1));
    assert_eq!(agents[0].presence_id.as_deref(), Some("Phone1@lab.local"));
    assert_eq!((agents[1].status, agents[1].contact.clone(), agents[1].tiers.len()), (AgentStatus::LoggedOut, None, 0));
}

#[test]
fn rows_that_name_what_is_gone_do_not_count() {
    let mut gone = rows();
    gone.devices.clear();
    assert_eq!(built(gone).agents().next().unwrap().status, AgentStatus::LoggedOut);
    let mut gone = rows();
    gone.queues.clear();
    assert_eq!(built(gone).agents().next().unwrap().tiers, BTreeMap::new());
    let mut gone = rows();
    gone.users[0].active = false;
    gone.users[1].is_agent = false;
    assert_eq!(built(gone).agents().count(), 0);
}

#[test]
fn a_paused_agent_and_one_whose_wrap_up_was_set() {
    let mut rows = rows();
    rows.agents[0].pause_id = Some(PauseId(1));
    rows.agents[0].wrap_up_until = Some(Millis(5_000));
    rows.users[0].settings.overrides.wrap_up_time = Some(20);
    let desired = built(rows);
    let agent = desired.agents().next().unwrap();
    assert_eq!((agent.status, agent.ready_at), (AgentStatus::OnBreak, Some(Millis(5_000))));
    assert_eq!(agent.params[&crate::switch::status::AgentParam::WrapUpTime], 0);
}

#[test]
fn things_are_found_by_what_a_request_says() {
    let desired = built(rows());
    let account = desired.domain("LAB.local").unwrap();
    assert_eq!(account.sip_user("phone2").map(|device| device.id), Some(DeviceId(2)));
    assert_eq!(account.extension("700").map(|found| found.target), Some(Target::Queue(QueueId(1))));
    assert!(account.extension("+97231234567").is_none() && account.is_emergency("112"));
    assert_eq!(desired.did("+97231234567").map(|(account, _)| account.account.id), Some(ACCOUNT));
    assert!(desired.queue("1@lab.local").is_some() && desired.queue("1@other").is_none() && desired.queue("3@lab.local").is_none());
    assert_eq!(account.devices_of(UserId(1)).len(), 2);
}

#[test]
fn changed_and_removed_phones_are_stale() {
    let (before, mut rows) = (built(rows()), rows());
    let number = DialNumber::parse("5551").unwrap();
    rows.devices[0].line = Line::External { number, gateway: Gateway::parse("own").ok(), confirm: true };
    let after = built(rows.clone());
    let names = |stale: Vec<(SipUser, Domain)>| stale.into_iter().map(|(user, _)| user.to_string()).collect::<Vec<_>>();
    assert_eq!(names(before.stale_users(&after)), ["Phone1"]);
    assert_eq!(names(after.stale_users(&before)), Vec::<String>::new());
    rows.devices.clear();
    assert_eq!(names(before.stale_users(&built(rows))), ["Phone1", "Phone2"]);
    assert_eq!(names(before.stale_users(&before)), Vec::<String>::new());
}
