//! `/api/site`

use serde_json::json;

use crate::facade::callcenter::rest::{Noun, noun_trials};

const SITE: Noun =
    Noun { path: "/api/site", new: |_| json!({}), change: || json!({}), wrong: Vec::new, read: &["queues", "agents"], write: "queues" };

noun_trials![SITE;];
