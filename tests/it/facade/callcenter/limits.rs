//! From where a user may log in, use its session and use its keys.

use ccgate::clock::Clock;
use libtest_mimic::Trial;
use serde_json::{Value, json};

use super::{agent, data, refusal};
use crate::harness::api::Api;
use crate::harness::world::Kind;
use crate::harness::{World, mmdb, trial};

/// The test itself, an office behind the proxy, an IPv6 network, and a place abroad.
const COUNTRIES: [(&str, &str); 4] = [("127.0.0.0/8", "IL"), ("192.0.2.0/24", "IL"), ("2001:db8::/32", "IL"), ("198.51.100.0/24", "US")];

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial(concat!(module_path!(), "::networks"), || async {
            let mut world = World::start().await;
            networks(&mut world).await;
            world.stop().await;
        }),
        trial(concat!(module_path!(), "::countries"), || async {
            let mut world = World::with(Kind::Sim, Clock::system(), |config| {
                let file = config.database.path.with_file_name("countries.mmdb");
                std::fs::write(&file, mmdb::countries(&COUNTRIES)).expect("a file");
                config.geo.database = Some(file);
            })
            .await;
            countries(&mut world).await;
            world.stop().await;
        }),
        trial(concat!(module_path!(), "::no_database"), || async {
            let mut world = World::start().await;
            no_database(&mut world).await;
            world.stop().await;
        }),
    ]
}

/// Dana's id, key and session, from before there was a limit.
async fn dana(w: &mut World) -> (i64, Api, String) {
    let id = agent(w, "dana").await;
    data(w.put(&format!("/api/user/{id}"), json!({"permissions": {"cc_api": true}})).await);
    let key = data(w.post(&format!("/api/user/{id}/key"), json!({})).await)["key"].as_str().unwrap().to_owned();
    let ssid = log_in(w).await.unwrap();
    (id, w.with_key(&key), ssid)
}

async fn log_in(w: &World) -> Result<String, String> {
    log_in_by(&w.anonymous()).await
}

async fn log_in_by(nobody: &Api) -> Result<String, String> {
    let answer = nobody.post("/api/user/login", json!({"username": "dana", "password": "Ab123456"})).await;
    match answer.status {
        200 => Ok(data(answer)["ssid"].as_str().unwrap().to_owned()),
        _ => Err(refusal(answer, 403)),
    }
}

/// All three ways in from there work, or are refused with these words.
async fn from(w: &World, (id, key, ssid): &(i64, Api, String), address: &str, refused: Option<&str>) {
    let path = format!("/api/user/{id}");
    let tried = [
        answer(key.from(address).get(&path).await),
        answer(w.anonymous().from(address).get(&format!("{path}?ssid={ssid}")).await),
        log_in_by(&w.anonymous().from(address)).await.map(|_| ()),
    ];
    for (way, tried) in ["key", "session", "login"].into_iter().zip(tried) {
        match (&tried, refused) {
            (Ok(()), None) => {}
            (Err(why), Some(words)) => assert!(why.contains(words), "{way} from {address}: {why}"),
            _ => panic!("{way} from {address}: {tried:?}"),
        }
    }
}

fn answer(answer: crate::harness::Answer) -> Result<(), String> {
    if answer.status == 200 { Ok(()) } else { Err(refusal(answer, 403)) }
}

async fn limit(w: &World, id: i64, fields: Value) {
    data(w.put(&format!("/api/user/{id}"), fields).await);
}

async fn networks(w: &mut World) {
    let dana = dana(w).await;
    limit(w, dana.0, json!({"allowed_ips": "192.0.2.0/24,2001:db8::/64,203.0.113.7"})).await;
    for address in ["192.0.2.200", "2001:db8::1", "203.0.113.7"] {
        from(w, &dana, address, None).await;
    }
    for address in ["192.0.3.1", "2001:db8:0:1::1", "203.0.113.8", "127.0.0.1"] {
        from(w, &dana, address, Some("address")).await;
    }
    // A wrong password says nothing of places, and nothing of the right one.
    let wrong = json!({"username": "dana", "password": "Ab123457"});
    assert_eq!(
        refusal(w.anonymous().from("192.0.3.1").post("/api/user/login", wrong).await, 401),
        "wrong username or password, or the user is not active"
    );
    limit(w, dana.0, json!({"allowed_ips": ""})).await;
    from(w, &dana, "192.0.3.1", None).await;
}

async fn countries(w: &mut World) {
    let dana = dana(w).await;
    limit(w, dana.0, json!({"geo_limit": "IL"})).await;
    assert!(log_in(w).await.is_ok(), "the test itself is in the database");
    for address in ["127.0.0.1", "192.0.2.7", "2001:db8::1"] {
        from(w, &dana, address, None).await;
    }
    for address in ["198.51.100.1", "203.0.113.1", "2001:db9::1"] {
        from(w, &dana, address, Some("country")).await;
    }
    limit(w, dana.0, json!({"geo_limit": "us,IL"})).await;
    from(w, &dana, "198.51.100.1", None).await;
    from(w, &dana, "203.0.113.1", Some("country")).await;
    limit(w, dana.0, json!({"geo_limit": "US"})).await;
    from(w, &dana, "127.0.0.1", Some("country")).await;
    // Both limits hold.
    limit(w, dana.0, json!({"allowed_ips": "192.0.2.0/24"})).await;
    from(w, &dana, "198.51.100.1", Some("address")).await;
    from(w, &dana, "192.0.2.1", Some("country")).await;
}

async fn no_database(w: &mut World) {
    let dana = dana(w).await;
    limit(w, dana.0, json!({"geo_limit": "IL"})).await;
    from(w, &dana, "127.0.0.1", Some("no country database")).await;
}
