//! What mod_xml_curl's server says in these tests: the lab of the recordings.

use std::collections::BTreeMap;

/// The form fields of a request.
pub(super) fn fields(form: &str) -> BTreeMap<String, String> {
    form.split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(k, v)| {
            let decode = |t: &str| percent_encoding::percent_decode_str(t).decode_utf8_lossy().into_owned();
            (decode(k), decode(v))
        })
        .collect()
}

/// The document for a request.
pub(super) fn answer(form: &str) -> String {
    let f = fields(form);
    let get = |name: &str| f.get(name).map(String::as_str).unwrap_or_default();
    let inside = match get("section") {
        "directory" => directory(get("user"), get("domain")),
        "configuration" => callcenter(f.get("CC-Queue").map(String::as_str)),
        "dialplan" => dialplan(get("Hunt-Context"), get("Hunt-Destination-Number")),
        _ => None,
    };
    match inside {
        Some(text) => format!("<document type=\"freeswitch/xml\"><section name=\"{}\">{text}</section></document>", get("section")),
        None => "<document type=\"freeswitch/xml\"><section name=\"result\"><result status=\"not found\"/></section></document>".into(),
    }
}

fn directory(user: &str, domain: &str) -> Option<String> {
    let known = ["1001", "1002", "1003"].contains(&user) && domain == "lab.local";
    known.then(|| {
        format!(
            "<domain name=\"lab.local\"><params><param name=\"dial-string\" value=\"${{sofia_contact(*/${{dialed_user}}@${{dialed_domain}})}}\"/>\
             </params><user id=\"{user}\"><params><param name=\"password\" value=\"pw{user}\"/></params><variables>\
             <variable name=\"user_context\" value=\"default\"/><variable name=\"ccgate_device_id\" value=\"7{user}\"/></variables></user></domain>"
        )
    })
}

const MOH: &str = "tone_stream://%(2000,4000,440,480);loops=-1";

fn callcenter(only: Option<&str>) -> Option<String> {
    let queues = [
        ("support@lab.local", vec![("strategy", "longest-idle-agent"), ("time-base-score", "system")]),
        (
            "short@lab.local",
            vec![
                ("strategy", "ring-all"),
                ("max-wait-time", "4"),
                ("max-wait-time-with-no-agent", "2"),
                ("max-wait-time-with-no-agent-time-reached", "1"),
            ],
        ),
        (
            "tiers@lab.local",
            vec![("strategy", "sequentially-by-agent-order"), ("tier-rules-apply", "true"), ("tier-rule-wait-second", "5")],
        ),
        ("one@lab.local", vec![("strategy", "ring-progressively"), ("ring-progressively-delay", "2")]),
        ("dice@lab.local", vec![("strategy", "random")]),
        ("back@lab.local", vec![("strategy", "round-robin"), ("abandoned-resume-allowed", "true")]),
    ];
    let mut text = String::from("<configuration name=\"callcenter.conf\"><settings/><queues>");
    for (name, params) in queues {
        // The whole document has the two queues of the recordings; the others are loaded when they are asked for.
        let wanted = only.map_or(["support@lab.local", "short@lab.local"].contains(&name), |o| o == name);
        if wanted {
            text += &format!("<queue name=\"{name}\"><param name=\"moh-sound\" value=\"{MOH}\"/>");
            for (param, value) in params {
                text += &format!("<param name=\"{param}\" value=\"{value}\"/>");
            }
            text += "</queue>";
        }
    }
    Some(text + "</queues></configuration>")
}

fn dialplan(context: &str, number: &str) -> Option<String> {
    let app = |a: &str, d: &str| format!("<action application=\"{a}\" data=\"{d}\"/>");
    let wait = |ms: &str| app("sleep", ms);
    let actions = match number {
        "support" | "short" | "tiers" | "one" | "back" | "dice" => {
            app("answer", "") + &app("set", "cc_exit_keys=1") + &app("callcenter", &format!("{number}@lab.local"))
        }
        "later" => app("answer", "") + &app("callcenter", "support@lab.local") + &app("sleep", "100") + &app("hangup", ""),
        "busy" => app("hangup", "USER_BUSY"),
        "desk" => app("set", "hangup_after_bridge=true") + &app("bridge", "user/1001@lab.local"),
        "both" => app("set", "call_timeout=5") + &app("bridge", "user/1001@lab.local,user/1002@lab.local"),
        "fallback" => {
            app("set", "continue_on_fail=USER_BUSY") + &app("bridge", "user/1001@lab.local") + &app("bridge", "user/1002@lab.local")
        }
        "odd" => app("frobnicate", "x"),
        _ if number.starts_with("**") => {
            app("answer", "")
                + &app("event", "Event-Subclass=ccgate::checkin,Event-Name=CUSTOM,code=${destination_number}")
                + &app("playback", "silence_stream://480")
                + &app("hangup", "")
        }
        _ => {
            let rest = number.strip_prefix("ans").map(|ms| app("answer", "") + &wait(ms) + &app("hangup", "NORMAL_CLEARING"));
            let ring = number.strip_prefix("ring").and_then(|r| r.split_once('_'));
            rest.or_else(|| ring.map(|(a, b)| app("ring_ready", "") + &wait(a) + &app("answer", "") + &wait(b) + &app("hangup", "")))?
        }
    };
    Some(format!(
        "<context name=\"{context}\"><extension name=\"e\"><condition field=\"destination_number\" expression=\"^(.*)$\">{actions}</condition></extension></context>"
    ))
}
