//! `/api/dial_rule`

use serde_json::json;

use crate::facade::callcenter::rest::{Noun, noun_trials};

const DIAL_RULE: Noun = Noun {
    path: "/api/dial_rule",
    new: |_| {
        json!({
            "allow": ["05", "+972"], "deny": ["1900"], "gateway": "carrier", "strip": 1, "prepend": "+972", "caller_number": "+97231234567",
            "by_country": {"IL": "+97231234567", "US": "+12125550100"},
        })
    },
    change: || {
        json!({
            "allow": [], "deny": ["1900", "0900"], "gateway": null, "strip": 0, "prepend": null, "caller_number": null, "by_country": {},
        })
    },
    wrong: || {
        vec![
            ("allow", json!("05,x")),
            ("deny", json!(["*98"])),
            ("gateway", json!("a b")),
            ("strip", json!(-1)),
            ("prepend", json!("x")),
            ("caller_number", json!("1,2")),
            ("by_country", json!({"ISR": "1"})),
        ]
    },
    read: &["settings"],
    write: "settings",
};

noun_trials![DIAL_RULE;];
