//! `POST .../event/`

use reqwest::Method;
use serde_json::json;

use super::{Agent, KINDS, fine, refused};
use crate::facade::world_trials;
use crate::harness::{HookSink, World};

world_trials![made_and_told, what_is_no_event, at_most_twenty];

async fn made_and_told(w: &mut World) {
    let mut sink = HookSink::start().await;
    for kind in KINDS {
        let agent = Agent::new(w, kind).await;
        let url = sink.url("/came");
        let made = w.post(&agent.path, json!({"event_type": "agent-login", "method": "GET", "url": url})).await;
        let id = made.body["id"].as_i64().unwrap();
        assert_eq!((made.status, &made.body), (201, &json!({"url": url, "id": id, "method": "GET", "event_type": "agent-login"})));
        agent.enters(w).await;
        let heard = sink.next().await;
        assert_eq!((&heard.method, heard.path.as_str()), (&Method::GET, "/came"));
        agent.is_told(&heard, "available", "api");
        // The path without its slash, whatever the content type says.
        let bare = w.post_raw(agent.path.trim_end_matches('/'), "text/plain", &fine().to_string()).await;
        assert_eq!((bare.status, &bare.body["event_type"]), (201, &json!("agent-login")));
    }
}

async fn what_is_no_event(w: &mut World) {
    for kind in KINDS {
        let agent = Agent::new(w, kind).await;
        for (field, wrong, why) in [
            ("event_type", json!("login"), "event_type must be agent-login or agent-logout"),
            ("event_type", json!(null), "event_type must be agent-login or agent-logout"),
            ("event_type", json!(1), "event_type must be agent-login or agent-logout"),
            ("method", json!("PUT"), "method must be GET or POST"),
            ("method", json!(null), "method must be GET or POST"),
            ("url", json!("ftp://example.com/"), "url must be an http or https address"),
            ("url", json!("example.com"), "url must be an http or https address"),
            ("url", json!(format!("http://example.com/{}", "x".repeat(2_048))), "url must be an http or https address"),
            ("url", json!(null), "url must be an http or https address"),
        ] {
            let mut body = fine();
            body[field] = wrong;
            let (status, body) = refused(w, Method::POST, &agent.path, body).await;
            assert_eq!((status, &body["status"]), (400, &json!("bad_request")));
            assert!(body["message"].as_str().unwrap().starts_with(why), "{body}");
        }
        for body in ["", "[]", "{event_type:1}", "\"a\"", &"x".repeat(70_000)] {
            let answer = w.post_raw(&agent.path, "application/json", body).await;
            assert_eq!((answer.status, &answer.body["status"]), (400, &json!("bad_request")));
        }
        assert_eq!(w.get(&agent.path).await.body, json!([]), "what is refused changes nothing");
    }
}

async fn at_most_twenty(w: &mut World) {
    for kind in KINDS {
        let agent = Agent::new(w, kind).await;
        let mut last = 0;
        for _ in 0..20 {
            last = agent.event(w, "agent-logout", "POST", "https://somehost.com/").await;
        }
        assert_eq!(refused(w, Method::POST, &agent.path, fine()).await, (403, json!({"status": "limit_exceeded"})));
        assert_eq!(w.delete(&format!("{}{last}", agent.path)).await.status, 204);
        assert!(agent.event(w, "agent-login", "GET", "https://somehost.com/").await > last, "an id is never given again");
        assert_eq!(refused(w, Method::POST, &agent.path, fine()).await.0, 403);
    }
}
