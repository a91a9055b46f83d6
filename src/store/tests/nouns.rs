//! Devices, queues, memberships, extensions, pauses, click-to-calls.

use uuid::Uuid;

use super::{Fixture, NOW, label, new_phone, new_queue};
use crate::domain::device::{Line, Ring};
use crate::domain::extension::{Kind, Target};
use crate::domain::number::{ExtensionNumber, Gateway, SipUser};
use crate::domain::queue::{Mode, Strategy};
use crate::domain::{Agent, DialNumber, Membership, SwitchId};
use crate::store::{Error, Page, agent, device, extension, membership, originate, pause, queue};

#[tokio::test]
async fn a_device_changes_its_kind_and_is_found_by_its_sip_user() {
    let fixture = Fixture::new().await;
    let (account, other) = (fixture.account, fixture.other);
    let id = fixture.phone(account, "Desk-1").await;
    fixture.phone(other, "desk-1").await;
    let name = SipUser::parse("DESK-1").unwrap();
    let mut desk = device::by_username(&mut *fixture.read().await, account, &name).await.unwrap().unwrap();
    assert_eq!(desk.id, id);
    let twice = fixture.write(move |tx| Box::pin(async move { device::insert(tx, &new_phone(account, "desk-1")).await })).await;
    assert!(matches!(twice, Err(Error::Conflict("the device's username is in use already"))), "{twice:?}");

    let owner = fixture.user(account, "dana").await;
    desk.line = Line::External {
        number: DialNumber::parse("+15550100").unwrap(),
        gateway: Some(Gateway::parse("carrier").unwrap()),
        confirm: false,
    };
    desk.user_id = Some(owner);
    desk.ring = Ring { ring: 2, delay: 3, timeout: 4 };
    let written = desk.clone();
    fixture.write(move |tx| Box::pin(async move { device::update(tx, &written).await })).await.unwrap();
    let mut conn = fixture.read().await;
    let theirs = device::Filter { q: None, user_id: Some(owner) };
    assert_eq!(device::list(&mut conn, account, &theirs, Page::default()).await.unwrap(), [desk.clone()]);
    assert_eq!(device::count(&mut conn, account, &device::Filter { q: Some("0100".to_owned()), user_id: None }).await.unwrap(), 1);
    assert_eq!(device::all(&mut conn).await.unwrap().len(), 2);
    drop(conn);

    let stranger = fixture.user(other, "eve").await;
    let lent = crate::domain::Device { user_id: Some(stranger), ..desk };
    let crossed = fixture.write(move |tx| Box::pin(async move { device::update(tx, &lent).await })).await;
    assert!(matches!(crossed, Err(Error::Missing("user"))), "{crossed:?}");
}

#[tokio::test]
async fn a_device_somebody_is_checked_in_on_stays() {
    let fixture = Fixture::new().await;
    let account = fixture.account;
    let (user_id, id) = (fixture.user(account, "dana").await, fixture.phone(account, "1001").await);
    let agent = Agent { device_id: Some(id), ..Agent::new(account, user_id) };
    fixture.write(move |tx| Box::pin(async move { agent::save(tx, &agent).await })).await.unwrap();
    let gone = fixture.write(move |tx| Box::pin(async move { device::delete(tx, account, id).await })).await;
    assert!(matches!(gone, Err(Error::Conflict("it is still in use"))), "{gone:?}");
}

#[tokio::test]
async fn a_queue_is_written_read_and_its_id_never_given_twice() {
    let fixture = Fixture::new().await;
    let account = fixture.account;
    let id = fixture.queue(account, "Sales").await;
    let mut sales = queue::get(&mut *fixture.read().await, account, id).await.unwrap().unwrap();
    sales.settings.strategy = Strategy::SequentiallyByNextAgentOrder;
    sales.settings.exits = Some(serde_json::json!({"timeout": "100"}));
    let written = sales.clone();
    fixture.write(move |tx| Box::pin(async move { queue::update(tx, &written).await })).await.unwrap();
    assert_eq!(queue::get(&mut *fixture.read().await, account, id).await.unwrap(), Some(sales));
    assert_eq!(queue::get(&mut *fixture.read().await, fixture.other, id).await.unwrap(), None);
    assert!(fixture.write(move |tx| Box::pin(async move { queue::delete(tx, account, id).await })).await.unwrap());
    assert!(fixture.queue(account, "Sales").await > id);
}

#[tokio::test]
async fn memberships_are_replaced_changed_and_ended_within_the_account() {
    let fixture = Fixture::new().await;
    let account = fixture.account;
    let (dana, noa, eve) =
        (fixture.user(account, "dana").await, fixture.user(account, "noa").await, fixture.user(fixture.other, "eve").await);
    let (sales, help) = (fixture.queue(account, "Sales").await, fixture.queue(account, "Help").await);
    let member = |user_id, queue_id, mode, level| Membership { user_id, queue_id, mode, position: 1, level, timegroup_id: None };
    let replace = |queue_id, members: Vec<Membership>| {
        fixture.write(move |tx| Box::pin(async move { membership::replace_for_queue(tx, account, queue_id, &members).await }))
    };
    let two = vec![member(dana, sales, Mode::Always, 2), member(noa, sales, Mode::Free, 1)];
    replace(sales, two.clone()).await.unwrap();
    replace(help, vec![member(dana, help, Mode::Default, 1)]).await.unwrap();
    let of_sales = membership::of_queue(&mut *fixture.read().await, account, sales).await.unwrap();
    assert_eq!(of_sales, [two[1], two[0]], "in tier order");
    assert_eq!(membership::of_user(&mut *fixture.read().await, account, dana).await.unwrap().len(), 2);
    assert!(membership::of_user(&mut *fixture.read().await, fixture.other, dana).await.unwrap().is_empty());

    let crossed = replace(sales, vec![member(eve, sales, Mode::Free, 1)]).await;
    assert!(matches!(crossed, Err(Error::Missing("user"))), "{crossed:?}");
    assert_eq!(membership::of_queue(&mut *fixture.read().await, account, sales).await.unwrap().len(), 2, "nothing of it was kept");

    let changed = member(noa, sales, Mode::Off, 9);
    fixture.write(move |tx| Box::pin(async move { membership::upsert(tx, account, &changed).await })).await.unwrap();
    assert!(membership::of_queue(&mut *fixture.read().await, account, sales).await.unwrap().contains(&changed));
    let remove = |user| fixture.write(move |tx| Box::pin(async move { membership::remove(tx, account, user, sales).await }));
    assert!(remove(noa).await.unwrap());
    assert!(!remove(noa).await.unwrap());
    assert_eq!(membership::all(&mut *fixture.read().await).await.unwrap().len(), 2);
}

#[tokio::test]
async fn an_extension_leads_somewhere_of_its_account_and_goes_with_it() {
    let fixture = Fixture::new().await;
    let (account, other) = (fixture.account, fixture.other);
    let sales = fixture.queue(account, "Sales").await;
    let number = ExtensionNumber::parse("200").unwrap();
    let new = move |account_id, kind| extension::New {
        account_id,
        name: label("Sales"),
        number: ExtensionNumber::parse("200").unwrap(),
        kind,
        target: Target::Queue(sales),
    };
    let insert = |new: extension::New| fixture.write(move |tx| Box::pin(async move { extension::insert(tx, &new).await }));
    let crossed = insert(new(other, Kind::Internal)).await;
    assert!(matches!(crossed, Err(Error::Missing("queue"))), "{crossed:?}");
    let id = insert(new(account, Kind::Internal)).await.unwrap();
    assert!(matches!(insert(new(account, Kind::Internal)).await, Err(Error::Conflict("the number is in use already"))));
    insert(new(account, Kind::Did)).await.unwrap();

    let theirs = fixture.queue(other, "Sales").await;
    insert(extension::New { target: Target::Queue(theirs), ..new(other, Kind::Internal) }).await.unwrap();
    let did = insert(extension::New { target: Target::Queue(theirs), ..new(other, Kind::Did) }).await;
    assert!(matches!(did, Err(Error::Conflict("the number is in use already"))), "a DID is unique on the box: {did:?}");

    let found = extension::by_number(&mut *fixture.read().await, account, Kind::Internal, &number).await.unwrap().unwrap();
    assert_eq!((found.id, found.target), (id, Target::Queue(sales)));
    assert_eq!(extension::by_target(&mut *fixture.read().await, account, Target::Queue(sales)).await.unwrap().len(), 2);
    fixture.write(move |tx| Box::pin(async move { queue::delete(tx, account, sales).await })).await.unwrap();
    assert_eq!(extension::count(&mut *fixture.read().await, account, &extension::Filter::default()).await.unwrap(), 0);
    assert_eq!(extension::all(&mut *fixture.read().await).await.unwrap().len(), 1);
}

#[tokio::test]
async fn one_pause_is_the_default() {
    let fixture = Fixture::new().await;
    let account = fixture.account;
    let mut lunch =
        pause::list(&mut *fixture.read().await, account).await.unwrap().into_iter().find(|p| p.name.as_str() == "Lunch").unwrap();
    lunch.is_default = true;
    lunch.max_seconds = 3_600;
    lunch.color = Some("#aabbcc".to_owned());
    let written = lunch.clone();
    fixture.write(move |tx| Box::pin(async move { pause::update(tx, &written).await })).await.unwrap();
    let pauses = pause::list(&mut *fixture.read().await, account).await.unwrap();
    assert_eq!(pauses.into_iter().filter(|pause| pause.is_default).collect::<Vec<_>>(), [lunch]);
    let theirs = pause::list(&mut *fixture.read().await, fixture.other).await.unwrap();
    assert_eq!(theirs.iter().filter(|pause| pause.is_default).count(), 1, "of another account nothing changed");
}

#[tokio::test]
async fn a_click_to_call_is_begun_once_and_finished_once() {
    let fixture = Fixture::new().await;
    let account = fixture.account;
    let intent = originate::Originate {
        uuid: Uuid::from_u128(7),
        account_id: account,
        switch_id: SwitchId(1),
        user_id: None,
        device_id: fixture.phone(account, "1001").await,
        destination: DialNumber::parse("5550100").unwrap(),
        asked_at: NOW,
    };
    let begin = |new: originate::Originate| fixture.write(move |tx| Box::pin(async move { originate::begin(tx, &new).await }));
    begin(intent.clone()).await.unwrap();
    assert!(matches!(begin(intent.clone()).await, Err(Error::Conflict("the call exists already"))));
    assert_eq!(originate::unfinished(&mut *fixture.read().await, SwitchId(1)).await.unwrap(), std::slice::from_ref(&intent));
    let finish = || {
        let uuid = intent.uuid;
        fixture.write(move |tx| Box::pin(async move { originate::finish(tx, account, uuid, NOW, Some("USER_BUSY")).await }))
    };
    assert!(finish().await.unwrap());
    assert!(!finish().await.unwrap());
    assert!(originate::unfinished(&mut *fixture.read().await, SwitchId(1)).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_not_there_cannot_be_changed() {
    let fixture = Fixture::new().await;
    let (account, other) = (fixture.account, fixture.other);
    let id = fixture.queue(account, "Sales").await;
    let stolen = crate::domain::Queue { id, account_id: other, name: label("Mine"), settings: new_queue(other, "x").settings };
    let changed = fixture.write(move |tx| Box::pin(async move { queue::update(tx, &stolen).await })).await;
    assert!(matches!(changed, Err(Error::Missing("queue"))), "{changed:?}");
}
