//! What the API's tests of phone lists do not reach: the other account's ids in every function, and what is forgotten.

use super::{Fixture, NOW, label};
use crate::domain::number::Phone;
use crate::domain::phone_list::LeadChange;
use crate::domain::{AccountId, Lead, PhoneListId};
use crate::store::lead_import::{self, State, Tally};
use crate::store::{Error, Page, lead, phone_list};

fn phone(digits: &str) -> Phone {
    Phone::parse(digits).unwrap()
}

async fn list(f: &Fixture, account: AccountId) -> PhoneListId {
    f.write(move |tx| Box::pin(async move { phone_list::insert(tx, account, &label("Leads")).await })).await.unwrap()
}

async fn add(f: &Fixture, account: AccountId, list: PhoneListId, digits: &'static str) -> Result<u64, Error> {
    f.write(move |tx| Box::pin(async move { lead::upsert(tx, account, list, &[(phone(digits), LeadChange::default())]).await })).await
}

#[tokio::test]
async fn a_list_is_its_accounts() {
    let f = Fixture::new().await;
    let (mine, other) = (f.account, f.other);
    let id = list(&f, mine).await;
    assert_eq!(add(&f, mine, id, "1").await.unwrap(), 1);
    assert_eq!(add(&f, mine, id, "1").await.unwrap(), 0);
    let missing = |result: Result<(), Error>| assert!(matches!(result, Err(Error::Missing(_))), "{result:?}");
    missing(add(&f, other, id, "2").await.map(|_| ()));
    missing(f.write(move |tx| Box::pin(async move { lead::delete(tx, other, id, &[[phone("1"), phone("1")]]).await })).await.map(|_| ()));
    missing(f.write(move |tx| Box::pin(async move { lead::update(tx, other, id, &phone("1"), &Lead::new(phone("3"))).await })).await);
    missing(f.write(move |tx| Box::pin(async move { lead_import::begin(tx, other, id, NOW).await })).await.map(|_| ()));
    let mut read = f.read().await;
    missing(phone_list::owned(&mut read, other, id).await);
    assert_eq!(lead::get(&mut read, other, id, &[phone("1"), phone("1")]).await.unwrap(), None);
    assert!(!lead::contains(&mut read, other, id, &phone("1")).await.unwrap());
    assert_eq!(lead::page(&mut read, other, id, Page::default()).await.unwrap(), []);
    assert_eq!(lead::after(&mut read, other, id, &Lead::new(phone("0")), 9).await.unwrap(), []);
    assert_eq!(lead::after(&mut read, mine, id, &Lead::new(phone("0")), 9).await.unwrap(), [Lead::new(phone("1"))]);
    assert_eq!(phone_list::get(&mut read, mine, id).await.unwrap().unwrap().list_rows, 1);
}

#[tokio::test]
async fn only_a_deleted_list_is_swept() {
    let f = Fixture::new().await;
    let (account, id) = (f.account, list(&f, f.account).await);
    add(&f, account, id, "1").await.unwrap();
    let sweep = || f.write(move |tx| Box::pin(async move { lead::sweep(tx, id).await }));
    assert!(!sweep().await.unwrap());
    assert!(lead::contains(&mut *f.read().await, account, id, &phone("1")).await.unwrap());
    f.write(move |tx| Box::pin(async move { phone_list::delete(tx, account, id).await })).await.unwrap();
    assert_eq!(phone_list::deleted(&mut *f.read().await).await.unwrap(), [id]);
    assert!(sweep().await.unwrap());
    assert_eq!(phone_list::deleted(&mut *f.read().await).await.unwrap(), []);
}

#[tokio::test]
async fn the_last_imports_are_remembered_and_the_running_ones() {
    let f = Fixture::new().await;
    let (account, id) = (f.account, list(&f, f.account).await);
    let running = f.write(move |tx| Box::pin(async move { lead_import::begin(tx, account, id, NOW).await })).await.unwrap();
    let tally = Tally { added: 1, updated: 2, refused: 3 };
    for _ in 0..=lead_import::KEPT_MAX {
        let one = f.write(move |tx| {
            Box::pin(async move {
                let import = lead_import::begin(tx, account, id, NOW).await?;
                lead_import::update(tx, account, import, tally, Some((NOW, None))).await
            })
        });
        one.await.unwrap();
    }
    let imports = lead_import::list(&mut *f.read().await, account, id).await.unwrap();
    assert_eq!(imports.len(), usize::try_from(lead_import::KEPT_MAX).unwrap() + 1);
    assert_eq!((imports[0].state, imports[0].tally.rows(), imports[0].finished_at), (State::Done, 6, Some(NOW)));
    assert_eq!(imports.last().map(|import| (import.id, import.state)), Some((running, State::Running)));
    f.write(|tx| Box::pin(async move { lead_import::end_running(tx, NOW, "stopped").await })).await.unwrap();
    let ended = lead_import::list(&mut *f.read().await, account, id).await.unwrap().pop().unwrap();
    assert_eq!((ended.state, ended.error.as_deref()), (State::Failed, Some("stopped")));
}
