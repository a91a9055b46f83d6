//! Who may ask: a user by its name or email, and its password or the MD5 of that.

use serde_json::{Value, json};

use super::{boss, serving};
use crate::facade::callcenter::{agent, data, user_with};
use crate::facade::world_trials;
use crate::harness::{Answer, World};

world_trials![plain_and_md5, by_post, by_key, wrong, guesses, places, what_is_no_request];

/// `printf Ab123456 | md5sum`.
const MD5: &str = "a0a475cf454cf9a06979034098167b9e";

async fn ask(w: &World, query: &str) -> Answer {
    w.anonymous().get(&format!("/API/UpdateAgentState.php?{query}")).await
}

async fn plain_and_md5(w: &mut World) {
    serving(w).await;
    for name in ["boss", "BOSS", "boss@mail.com"] {
        for password in ["Ab123456", MD5, &MD5.to_uppercase()] {
            let answer = ask(w, &format!("action=showstate&agent=1001&username={name}&password={password}")).await;
            assert_eq!((answer.status, &answer.body["status"]), (200, &json!("ok")), "{name} {password}: {}", answer.body);
        }
    }
}

/// A form, whose parameters win over those of the query string.
async fn by_post(w: &mut World) {
    serving(w).await;
    let routes: Vec<_> = ccgate::facade::updateagentstate::routes().map(|(method, path)| format!("{method} {path}")).collect();
    assert_eq!(routes, ["GET /API/UpdateAgentState.php", "POST /API/UpdateAgentState.php"]);
    let form = "action=showstate&agent=1001&username=boss&password=Ab123456";
    let answer = w.anonymous().post_form("/API/UpdateAgentState.php?action=pause&password=wrong", form).await;
    assert_eq!((&answer.body["status"], &answer.body["data"]["state"]), (&json!("ok"), &json!("unreachable")), "{}", answer.body);
}

/// As in every API, with the key's permissions and limits.
async fn by_key(w: &mut World) {
    serving(w).await;
    let path = "/API/UpdateAgentState.php?action=showstate&agent=1001";
    assert_eq!(w.get(path).await.body["status"], "ok");
    let (_, key) = user_with(w, "noam", json!({"agents": true})).await;
    assert_eq!(key.get(path).await.body, json!({"status": "error", "message": "this needs the permission cc_api"}));
    let wrong = w.with_key("ccg_wrong").get(path).await;
    assert_eq!((wrong.status, &wrong.body["status"]), (401, &json!("error")));
    let half = w.get(&format!("{path}&username=boss")).await;
    assert_eq!(half.status, 401, "who names a user is that user: {}", half.body);
    let both = w.with_key("ccg_wrong").get(&format!("{path}&username=boss&password=Ab123456")).await;
    assert_eq!(both.body["status"], "ok");
}

async fn wrong(w: &mut World) {
    boss(w).await;
    let wrong = "wrong username or password, or the user is not active";
    let missing = "username and password are required";
    let md5_of_another = MD5.replace('a', "b");
    for (query, why) in [
        ("username=boss&password=Ab123457".to_owned(), wrong),
        (format!("username=boss&password={md5_of_another}"), wrong),
        ("username=nobody&password=Ab123456".to_owned(), wrong),
        (format!("username=nobody&password={MD5}"), wrong),
        ("username=boss".to_owned(), missing),
        ("username=boss&password=".to_owned(), missing),
        (String::new(), missing),
    ] {
        let answer = ask(w, &format!("action=showqueue&{query}")).await;
        assert_eq!((answer.status, answer.body), (401, json!({"status": "error", "message": why})), "{query}");
    }
}

/// Counted together with all other logins.
async fn guesses(w: &mut World) {
    let dana = agent(w, "dana").await;
    data(w.put(&format!("/api/user/{dana}"), json!({"permissions": {"queues": true}})).await);
    for at in 0..4 {
        let guess = w.anonymous().from(&format!("192.0.2.{at}"));
        assert_eq!(guess.get(&format!("/API/UpdateAgentState.php?username=dana&password={at}{}", &MD5[1..])).await.status, 401);
    }
    let login = json!({"username": "dana", "password": "Ab123457"});
    assert_eq!(w.anonymous().from("192.0.2.9").post("/api/user/login", login).await.status, 401);
    let answer = ask(w, "action=showqueue&username=dana&password=Ab123456").await;
    assert!(answer.headers.contains_key("retry-after"), "{:?}", answer.headers);
    assert_eq!(answer.status, 401, "even with the right one");
    assert!(answer.body["message"].as_str().unwrap().starts_with("too many failed attempts"), "{}", answer.body);
}

async fn places(w: &mut World) {
    let dana = agent(w, "dana").await;
    data(w.put(&format!("/api/user/{dana}"), json!({"permissions": {"queues": true}, "allowed_ips": "192.0.2.0/24"})).await);
    let path = "/API/UpdateAgentState.php?action=showqueue&username=dana&password=Ab123456";
    let answer = w.anonymous().get(path).await;
    assert_eq!((answer.status, &answer.body["status"]), (200, &json!("error")));
    assert!(answer.body["message"].as_str().unwrap().contains("from this address"), "{}", answer.body);
    assert_eq!(w.anonymous().from("192.0.2.7").get(path).await.body, json!({"status": "ok", "data": []}));
    data(w.put(&format!("/api/user/{dana}"), json!({"active": 0})).await);
    assert_eq!(w.anonymous().from("192.0.2.7").get(path).await.status, 401);
}

async fn what_is_no_request(w: &mut World) {
    boss(w).await;
    let login = "username=boss&password=Ab123456";
    let message = |body: Value| body["message"].as_str().unwrap().to_owned();
    assert_eq!(message(ask(w, login).await.body), "action is required");
    let unknown = message(ask(w, &format!("action=Pause&{login}")).await.body);
    assert!(unknown.starts_with("action must be one of add, remove, pause"), "{unknown}");
    let long = format!("{login}&reason={}", "x".repeat(65 * 1024));
    let answer = w.anonymous().post_form("/API/UpdateAgentState.php", &long).await;
    assert_eq!(message(answer.body), "the body must have at most 65536 bytes");
    let answer = w.anonymous().put("/API/UpdateAgentState.php", json!({})).await;
    assert_eq!((answer.status, message(answer.body)), (405, "this path takes GET and POST only".to_owned()));
}
