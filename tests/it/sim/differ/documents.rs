//! The documents of the lab that both switches are in: phones that each do one thing, and a queue of each kind in every place.

use super::super::documents::fields;

/// Each phone's user, which says what it does. `away` is known and never registers; `nobody` is not even known.
pub(super) const KNOWN: &[&str] = &["answers", "talks", "early", "quiet", "slow", "slower", "busy", "rejects", "rings", "silent", "away"];

/// The queues: a queue's name is `<kind>@<place>`, its number `<kind>-<place>`.
pub(super) const KINDS: &[(&str, &[(&str, &str)])] = &[
    ("longest", &[("strategy", "longest-idle-agent")]),
    ("robin", &[("strategy", "round-robin")]),
    ("top", &[("strategy", "top-down")]),
    ("fewest", &[("strategy", "agent-with-fewest-calls")]),
    ("order", &[("strategy", "sequentially-by-agent-order")]),
    ("odd", &[("strategy", "no-such-strategy")]),
    ("all", &[("strategy", "ring-all")]),
    ("progressive", &[("strategy", "ring-progressively"), ("ring-progressively-delay", "4")]),
    ("tiers", &[("strategy", "longest-idle-agent"), ("tier-rules-apply", "true"), ("tier-rule-wait-second", "300")]),
    (
        "levels",
        &[
            ("strategy", "round-robin"),
            ("tier-rules-apply", "true"),
            ("tier-rule-wait-second", "300"),
            ("tier-rule-no-agent-no-wait", "false"),
        ],
    ),
    ("short", &[("strategy", "longest-idle-agent"), ("max-wait-time", "3")]),
    (
        "alone",
        &[("strategy", "longest-idle-agent"), ("max-wait-time-with-no-agent", "2"), ("max-wait-time-with-no-agent-time-reached", "1")],
    ),
    ("resume", &[("strategy", "longest-idle-agent"), ("abandoned-resume-allowed", "true")]),
    ("discard", &[("strategy", "longest-idle-agent"), ("discard-abandoned-after", "0")]),
    ("logout", &[("strategy", "longest-idle-agent"), ("agent-no-answer-status", "Logged Out")]),
];

/// The document for a request of mod_xml_curl.
pub(super) fn answer(form: &str) -> String {
    let f = fields(form);
    let get = |name: &str| f.get(name).map(String::as_str).unwrap_or_default();
    let inside = match get("section") {
        "directory" => directory(get("user"), get("domain")),
        "configuration" => Some(callcenter(get("CC-Queue"))),
        "dialplan" => Some(dialplan(get("Hunt-Context"), get("Hunt-Destination-Number"))),
        _ => None,
    };
    match inside {
        Some(text) => format!("<document type=\"freeswitch/xml\"><section name=\"{}\">{text}</section></document>", get("section")),
        None => "<document type=\"freeswitch/xml\"><section name=\"result\"><result status=\"not found\"/></section></document>".into(),
    }
}

fn directory(user: &str, domain: &str) -> Option<String> {
    (KNOWN.contains(&user) && domain == "lab.local").then(|| {
        format!(
            "<domain name=\"lab.local\"><params><param name=\"dial-string\" value=\"${{sofia_contact(*/${{dialed_user}}@${{dialed_domain}})}}\"/>\
             </params><user id=\"{user}\"><params><param name=\"password\" value=\"pw{user}\"/></params></user></domain>"
        )
    })
}

fn callcenter(name: &str) -> String {
    let kind = KINDS.iter().find(|(kind, _)| name.split_once('@').is_some_and(|(wanted, _)| wanted == *kind));
    let queue = kind.map(|(_, params)| {
        let params: String = params.iter().map(|(name, value)| format!("<param name=\"{name}\" value=\"{value}\"/>")).collect();
        // A row of one who gave up stays unless its queue says otherwise before.
        let kept = "<param name=\"discard-abandoned-after\" value=\"3600\"/>";
        format!(
            "<queue name=\"{name}\"><param name=\"moh-sound\" value=\"tone_stream://%(2000,4000,440,480);loops=-1\"/>{params}{kept}</queue>"
        )
    });
    format!("<configuration name=\"callcenter.conf\"><settings/><queues>{}</queues></configuration>", queue.unwrap_or_default())
}

fn dialplan(context: &str, number: &str) -> String {
    let app = |a: &str, d: &str| format!("<action application=\"{a}\" data=\"{d}\"/>");
    let actions = match number.split_once('-') {
        Some((kind, place)) => app("answer", "") + &app("set", "cc_exit_keys=1") + &app("callcenter", &format!("{kind}@{place}")),
        None => app("answer", "") + &app("park", ""),
    };
    format!(
        "<context name=\"{context}\"><extension name=\"e\"><condition field=\"destination_number\" expression=\"^(.*)$\">{actions}</condition></extension></context>"
    )
}
