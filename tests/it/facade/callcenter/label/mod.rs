//! `/api/label`

use serde_json::json;

use crate::facade::callcenter::rest::{Noun, noun_trials};

const LABEL: Noun = Noun {
    path: "/api/label",
    new: |_| json!({"color": "#00ff00"}),
    change: || json!({"color": "red"}),
    wrong: || vec![("color", json!("url(x)"))],
    read: &["queues", "agents"],
    write: "queues",
};

noun_trials![LABEL;];
