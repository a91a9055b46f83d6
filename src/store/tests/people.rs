//! Accounts, users, keys, groups, agents.

use std::collections::BTreeSet;

use super::{Fixture, NOW, label, new_account, new_user};
use crate::clock::Millis;
use crate::domain::permission::Permission;
use crate::domain::{Agent, PauseId, QueueId, UserId, pause as domain_pause};
use crate::store::{Error, Page, account, agent, checkin_code, key, pause, pgroup, user};

#[tokio::test]
async fn a_new_account_has_its_groups_and_pauses() {
    let fixture = Fixture::new().await;
    let mut conn = fixture.read().await;
    let groups = pgroup::list(&mut conn, fixture.account).await.unwrap();
    assert_eq!(groups.iter().map(|group| group.name.as_str()).collect::<Vec<_>>(), ["Administrator", "Supervisor", "Agent", "API"]);
    assert_eq!(groups[0].permissions.len(), Permission::ALL.len());
    let pauses = pause::list(&mut conn, fixture.account).await.unwrap();
    assert_eq!(pauses.len(), domain_pause::DEFAULTS.len());
    assert_eq!(pauses.iter().filter(|pause| pause.is_default).count(), 1);
    assert_eq!(account::all(&mut conn).await.unwrap().len(), 2);
    let taken = fixture.write(|tx| Box::pin(async move { account::create(tx, &new_account("ONE.example")).await })).await;
    assert!(matches!(taken, Err(Error::Conflict("the domain is in use already"))), "{taken:?}");
}

#[tokio::test]
async fn a_user_is_written_read_found_and_deleted() {
    let fixture = Fixture::new().await;
    let (account, other) = (fixture.account, fixture.other);
    let id = fixture.user(account, "dana").await;
    let second = fixture.user(account, "noa").await;
    let mut dana = user::get(&mut *fixture.read().await, account, id).await.unwrap().unwrap();
    dana.name = label("Dana 'O'Brien' ${x}");
    dana.pgroup_id = Some(pgroup::by_name(&mut *fixture.read().await, account, "Agent").await.unwrap().unwrap().id);
    dana.permissions.insert(Permission::Supervise, true);
    dana.settings.overrides.wrap_up_time = Some(7);
    dana.settings.allowed_ips = vec!["10.0.0.0/8".parse().unwrap()];
    let written = dana.clone();
    fixture.write(move |tx| Box::pin(async move { user::update(tx, &written).await })).await.unwrap();

    let mut conn = fixture.read().await;
    assert_eq!(user::by_username(&mut conn, "DANA").await.unwrap().unwrap(), dana);
    assert_eq!(user::get(&mut conn, other, id).await.unwrap(), None, "ids do not cross accounts");
    let q = |q: &str| user::Filter { q: Some(q.to_owned()), is_agent: None };
    assert_eq!(user::list(&mut conn, account, &q("o'brien"), Page::default()).await.unwrap().len(), 1);
    assert_eq!(user::count(&mut conn, account, &q("EXAMPLE.com")).await.unwrap(), 2);
    assert_eq!(user::count(&mut conn, account, &q("%")).await.unwrap(), 0);
    assert_eq!(user::count(&mut conn, account, &user::Filter { q: None, is_agent: Some(false) }).await.unwrap(), 0);
    let page = Page { limit: Some(1), offset: 1 };
    assert_eq!(user::list(&mut conn, account, &user::Filter::default(), page).await.unwrap()[0].id, second);
    drop(conn);

    let again = fixture.write(move |tx| Box::pin(async move { user::insert(tx, &new_user(other, "Dana")).await })).await;
    assert!(matches!(again, Err(Error::Conflict("the username is in use already"))), "{again:?}");
    assert!(!fixture.write(move |tx| Box::pin(async move { user::delete(tx, other, id).await })).await.unwrap());
    assert!(fixture.write(move |tx| Box::pin(async move { user::delete(tx, account, id).await })).await.unwrap());
    assert!(!fixture.write(move |tx| Box::pin(async move { user::delete(tx, account, id).await })).await.unwrap());
}

#[tokio::test]
async fn a_user_gets_no_group_of_another_account() {
    let fixture = Fixture::new().await;
    let theirs = pgroup::by_name(&mut *fixture.read().await, fixture.other, "Administrator").await.unwrap().unwrap();
    let new = user::New { pgroup_id: Some(theirs.id), ..new_user(fixture.account, "eve") };
    let made = fixture.write(move |tx| Box::pin(async move { user::insert(tx, &new).await })).await;
    assert!(matches!(made, Err(Error::Missing("permission group"))), "{made:?}");
}

#[tokio::test]
async fn a_group_with_users_stays() {
    let fixture = Fixture::new().await;
    let account = fixture.account;
    let group = pgroup::by_name(&mut *fixture.read().await, account, "API").await.unwrap().unwrap();
    let new = user::New { pgroup_id: Some(group.id), ..new_user(account, "robot") };
    fixture.write(move |tx| Box::pin(async move { user::insert(tx, &new).await })).await.unwrap();
    let gone = fixture.write(move |tx| Box::pin(async move { pgroup::delete(tx, account, group.id).await })).await;
    assert!(matches!(gone, Err(Error::Conflict("it is still in use"))), "{gone:?}");
}

#[tokio::test]
async fn a_key_finds_its_owner_until_it_is_revoked() {
    let fixture = Fixture::new().await;
    let account = fixture.account;
    let owner = fixture.user(account, "dana").await;
    let new = key::New {
        account_id: account,
        user_id: owner,
        name: "till".to_owned(),
        prefix: "cc_1234".to_owned(),
        hash: [7; 32],
        created_at: NOW,
    };
    let id = fixture.write(move |tx| Box::pin(async move { key::insert(tx, &new).await })).await.unwrap();
    let (found, user, of) = key::by_hash(&mut *fixture.read().await, &[7; 32]).await.unwrap().unwrap();
    assert_eq!((found, user.id, of.id), (id, owner, account));
    assert!(key::by_hash(&mut *fixture.read().await, &[8; 32]).await.unwrap().is_none());
    fixture.write(move |tx| Box::pin(async move { key::touch(tx, account, id, NOW.plus_ms(5)).await })).await.unwrap();
    assert_eq!(key::list(&mut *fixture.read().await, account, owner).await.unwrap()[0].last_used_at, Some(NOW.plus_ms(5)));
    assert!(fixture.write(move |tx| Box::pin(async move { key::delete(tx, account, owner, id).await })).await.unwrap());
    assert!(key::by_hash(&mut *fixture.read().await, &[7; 32]).await.unwrap().is_none());
}

#[tokio::test]
async fn an_agent_is_saved_only_from_the_version_it_was_read_at() {
    let fixture = Fixture::new().await;
    let account = fixture.account;
    let user_id = fixture.user(account, "dana").await;
    let device = fixture.phone(account, "1001").await;
    let read = agent::get(&mut *fixture.read().await, account, user_id).await.unwrap();
    assert_eq!(read, Agent::new(account, user_id));
    let pause_id = pause::list(&mut *fixture.read().await, account).await.unwrap()[0].id;
    let wanted = Agent {
        device_id: Some(device),
        checked_in_at: Some(NOW),
        pause_id: Some(pause_id),
        paused_at: Some(NOW),
        joined: BTreeSet::from([QueueId(3), QueueId(9)]),
        move_to: Some(device),
        wrap_up_until: Some(Millis(5)),
        snoozes: 2,
        ..read
    };
    let save = |agent: Agent| fixture.write(move |tx| Box::pin(async move { agent::save(tx, &agent).await }));
    assert_eq!(save(wanted.clone()).await.unwrap(), 1);
    let saved = Agent { version: 1, ..wanted.clone() };
    assert_eq!(agent::get(&mut *fixture.read().await, account, user_id).await.unwrap(), saved);
    assert_eq!(agent::on_device(&mut *fixture.read().await, account, device).await.unwrap(), Some(saved.clone()));
    assert_eq!(agent::on_device(&mut *fixture.read().await, fixture.other, device).await.unwrap(), None);
    assert!(matches!(save(wanted).await, Err(Error::Stale)));
    assert_eq!(save(Agent { move_to: None, ..saved.clone() }).await.unwrap(), 2);
    assert!(matches!(save(saved).await, Err(Error::Stale)));

    let second = fixture.user(account, "noa").await;
    let taken = save(Agent { device_id: Some(device), ..Agent::new(account, second) }).await;
    assert!(matches!(taken, Err(Error::Conflict("another agent is checked in on this device"))), "{taken:?}");
    let no_pause = save(Agent { pause_id: Some(PauseId(999)), ..Agent::new(account, second) }).await;
    assert!(matches!(no_pause, Err(Error::Missing("pause"))), "{no_pause:?}");
    let nobody = save(Agent::new(account, UserId(999))).await;
    assert!(matches!(nobody, Err(Error::Missing("user"))), "{nobody:?}");
}

#[tokio::test]
async fn a_code_is_used_once_and_remembers_by_whom() {
    let fixture = Fixture::new().await;
    let account = fixture.account;
    let user_id = fixture.user(account, "dana").await;
    let new = checkin_code::New { account_id: account, user_id, code: "4711".to_owned(), force: true, expires_at: NOW.plus_ms(300_000) };
    let create = |new: checkin_code::New, now| fixture.write(move |tx| Box::pin(async move { checkin_code::create(tx, &new, now).await }));
    create(new.clone(), NOW).await.unwrap();
    let other = checkin_code::New { user_id: fixture.user(account, "noam").await, ..new.clone() };
    assert!(matches!(create(other, NOW).await, Err(Error::Conflict("the code is in use already"))));
    let second = checkin_code::New { code: "4712".to_owned(), ..new.clone() };
    create(second, NOW).await.unwrap();
    let first = checkin_code::find(&mut *fixture.read().await, account, "4711").await.unwrap();
    assert_eq!(first, None, "a user has one code at a time");
    create(new.clone(), NOW).await.unwrap();
    let redeem = |channel: &str, now| {
        let by = checkin_code::Redeemed { channel: channel.to_owned(), outcome: "in".to_owned() };
        fixture.write(move |tx| Box::pin(async move { checkin_code::redeem(tx, account, "4711", &by, now).await }))
    };
    assert!(!redeem("too late", NOW.plus_ms(300_000)).await.unwrap());
    assert!(redeem("first", NOW).await.unwrap());
    assert!(!redeem("second", NOW).await.unwrap());
    let found = checkin_code::find(&mut *fixture.read().await, account, "4711").await.unwrap().unwrap();
    assert!(found.force);
    assert_eq!(found.redeemed.unwrap().channel, "first");
    assert_eq!(checkin_code::find(&mut *fixture.read().await, fixture.other, "4711").await.unwrap(), None);
    let later = checkin_code::New { expires_at: NOW.plus_ms(900_000), ..new };
    create(later, NOW.plus_ms(300_000)).await.unwrap();
    assert_eq!(checkin_code::find(&mut *fixture.read().await, account, "4711").await.unwrap().unwrap().redeemed, None);
}
