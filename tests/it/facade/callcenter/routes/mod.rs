//! What holds for every route: who may use it, and that no account's ids are good in another. [`table`] says what each needs; a route that is
//! not in it fails here.

pub(crate) mod fixture;
pub(crate) mod table;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use self::fixture::{Fixture, names, send};
use self::table::{Needs, Row, table};
use super::{data, refusal};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![every_route_is_known, no_key_and_a_wrong_one, permissions, two_accounts_never_see_each_other];

async fn every_route_is_known(_: &mut World) {
    let known: BTreeSet<_> = table().iter().map(|row| (row.method.to_owned(), row.path.to_owned())).collect();
    assert_eq!(known.len(), table().len(), "a route is in the table twice");
    let routes: BTreeSet<_> = ccgate::facade::callcenter::routes().map(|(method, path)| (method.to_string(), path)).collect();
    assert_eq!(known, routes);
}

async fn no_key_and_a_wrong_one(w: &mut World) {
    let unauthorized = json!({"success": false, "msg": "Unauthorized"});
    for (at, row) in table().iter().enumerate().filter(|(_, row)| row.needs != Needs::Nobody) {
        let nobody = w.anonymous().from(&format!("192.0.2.{at}"));
        for client in [nobody.with_key("ccg_wrong"), nobody] {
            let answer = send(&client, row, |_| json!(1)).await;
            assert_eq!((answer.status, &answer.body), (401, &unauthorized), "{} {}", row.method, row.path);
        }
    }
}

/// Given by the user's own exceptions, or by its group, and taken away by an exception from its group.
async fn permissions(w: &mut World) {
    let fixture = Fixture::new(w, w.with_key(w.key()), "Mine").await;
    let administrators = data(w.get(&format!("/api/user/{}", w.user_id())).await)["pgroup_id"].clone();
    let mut needed: BTreeSet<&str> = BTreeSet::new();
    for row in table() {
        let request = format!("{} {}", row.method, row.path);
        let asked = async || send(&fixture.tester, &row, |name| fixture.ids[name].clone()).await;
        fixture.permit(&json!(0), json!({"cc_api": true})).await;
        let Needs::OneOf(any) = row.needs else {
            if row.needs == Needs::Nothing {
                assert_eq!(asked().await.status, row.gives, "{request} with cc_api alone");
            }
            continue;
        };
        needed.extend(any);
        let why = refusal(asked().await, 403);
        assert!(why.contains(any[0]), "{request} without {any:?}: {why}");
        let taken: Map<_, _> = any.iter().map(|one| ((*one).to_owned(), json!(false))).collect();
        fixture.permit(&administrators, taken.into()).await;
        let why = refusal(asked().await, 403);
        assert!(why.contains(any[0]), "{request} with everything but {any:?}: {why}");
        fixture.permit(&administrators, json!({"cc_api": false})).await;
        assert!(refusal(asked().await, 403).contains("cc_api"), "{request} with everything but cc_api");
        // More than one is for reading, which can be done twice.
        for one in any {
            fixture.permit(&json!(0), json!({"cc_api": true, *one: true})).await;
            let answer = asked().await;
            assert_eq!(answer.status, row.gives, "{request} with exactly {one}: {}", answer.body);
        }
    }
    assert!(needed.len() >= 6, "{needed:?}");
}

async fn two_accounts_never_see_each_other(w: &mut World) {
    let mine = Fixture::new(w, w.with_key(w.key()), "Mine").await;
    let theirs = Fixture::new(w, w.other_account("other.local").await, "Theirs").await;
    let before = everything(&mine).await;
    for row in table().iter().filter(|row| !matches!(row.needs, Needs::Nobody | Needs::Session)) {
        let request = format!("{} {}", row.method, row.path);
        // Each id that it names is mine once, while the others are their own.
        for crossing in 0..names(row) {
            let mut at = 0;
            let answer = send(&theirs.admin, row, |name| {
                at += 1;
                if at - 1 == crossing { mine.ids[name].clone() } else { theirs.ids[name].clone() }
            })
            .await;
            let refused = [404, 400].contains(&answer.status) || Some(answer.status) == row.crossing;
            assert!(refused, "{request} with my id no. {crossing}: {} {}", answer.status, answer.body);
            assert_eq!(answer.body["success"], false, "{request}");
        }
        if row.method == "GET" && names(row) == 0 {
            let shown = send(&theirs.admin, row, |name| theirs.ids[name].clone()).await;
            assert!(shown.status == 200 && !shown.body.to_string().contains("Mine"), "{request} shows mine: {}", shown.body);
        }
    }
    assert_eq!(everything(&mine).await, before);
}

/// What every GET shows to the account's own administrator.
async fn everything(fixture: &Fixture) -> Vec<Value> {
    let mut all = Vec::new();
    let reads = |row: &&Row| {
        row.method == "GET" && !row.path.contains("cc_agent") && !row.path.contains("recordings") && !row.path.ends_with("setQueues")
    };
    for row in table().iter().filter(reads).filter(|row| row.needs != Needs::Session) {
        let mut shown = data(send(&fixture.admin, row, |name| fixture.ids[name].clone()).await);
        // The wallboard tells the time.
        shown.as_object_mut().map(|fields| fields.remove("now_ms"));
        all.push(shown);
    }
    all
}
