//! What ccgate may say on the event socket: the grammar of its commands, written down once more, and apart from the code that makes them.
//!
//! Whatever a text from outside does to a command (another one, another argument, variable, leg or application, something for the switch to expand), the
//! command is none of these any more.

use bytes::BytesMut;
use ccgate::esl::command::{Api, Command};
use ccgate::esl::frame::Limits;
use ccgate::esl::request::{Request, RequestDecoder};
use ccgate::sim::core::{LegSpec, parse_dial_string, separate};

use super::World;

/// mod_callcenter's words that have a blank in them.
const WORDS: [&str; 6] = ["On Break", "Logged Out", "Available (On Demand)", "In a queue call", "No Answer", "Active Inbound"];
/// Variables that a dial string sets, besides ours and a client's (`ccgate_*`, `ext_*`).
const VARIABLES: [&str; 12] = [
    "origination_uuid",
    "originate_timeout",
    "ignore_early_media",
    "origination_caller_id_name",
    "origination_caller_id_number",
    "effective_caller_id_name",
    "effective_caller_id_number",
    "sip_auto_answer",
    "leg_timeout",
    "group_confirm_key",
    "group_confirm_file",
    "execute_on_answer_record",
];
/// Values that are more than a word.
const VALUES: [&str; 4] = [
    "tone_stream://%(200,200,700);%(200,1400,700);loops=5",
    "record_session ${ccgate_record_ext}",
    "record_session ${ccgate_record_int}",
    "record_session ${ccgate_record_ext}${ccgate_record_int}",
];

impl World {
    /// Fails when ccgate has said anything on the event socket that it may not say.
    pub(crate) async fn assert_only_ours_was_said(&self) {
        // A reply to a command of ours: whatever was said before it was heard.
        let _ = self.running().switch().ready().await;
        let said = self.wire.heard_apart().iter().map(|said| all_ours(said)).sum::<Result<usize, _>>();
        assert!(said.unwrap_or_else(|what| panic!("{what}")) > 10, "hardly anything was said");
    }

    /// Fails when ccgate has said any of these on the event socket.
    pub(crate) async fn assert_switch_heard_no(&self, texts: &[&str]) {
        // A reply to a command of ours: whatever was said before it was heard.
        let _ = self.running().switch().ready().await;
        let heard = self.wire.heard();
        assert!(heard.contains("callcenter_config"), "nothing was heard at all");
        for text in texts {
            assert!(!heard.contains(text), "{text:?} was said to the switch:\n{heard}");
        }
    }
}

/// Every command that was said on one connection, each held to the grammar; how many there were.
///
/// # Errors
/// What is said that may not be.
pub(crate) fn all_ours(said: &[u8]) -> Result<usize, String> {
    let mut decoder = RequestDecoder::new(Limits::CLIENT);
    let (mut rest, mut count) = (BytesMut::from(said), 0);
    while let Some(request) = decoder.decode(&mut rest).map_err(|error| error.to_string())? {
        is_ours(&request).map_err(|why| format!("{why}: {:?}", request.encode()))?;
        count += 1;
    }
    Ok(count)
}

fn is_ours(request: &Request) -> Result<(), String> {
    if request.encode().iter().any(|byte| matches!(byte, b'\r' | 0)) {
        return Err("CR or NUL".to_owned());
    }
    match Command::parse(request).ok_or("no command that can be built")? {
        Command::Api(api) | Command::BgApi { api, .. } => is_our_api(&api),
        Command::SendEvent(_) => Err("an event".to_owned()),
        _ => Ok(()),
    }
}

fn is_our_api(api: &Api) -> Result<(), String> {
    if api.name() == "json" {
        // Read back as it was written, so that a queue's name is all that may be of somebody else.
        return if api.args().contains(['\\', '$', '\'']) { Err("JSON".to_owned()) } else { Ok(()) };
    }
    let words = separate(api.args(), ' ', 10);
    match (api.name(), words.as_slice()) {
        ("callcenter_config", [agent, set, contact, name, dial]) if [agent, set, contact] == ["agent", "set", "contact"] => {
            plain(name)?;
            one_leg(dial)
        }
        ("originate", [dial, destination, dialplan, context]) if [dialplan, context] == ["XML", "ccgate"] => {
            destination.chars().all(|c| c.is_ascii_digit() || "+*#".contains(c)).then_some(()).ok_or("a destination")?;
            one_leg(dial)
        }
        ("originate", _) => Err(format!("{} arguments", words.len())),
        (_, words) => words.iter().filter(|word| !WORDS.contains(&word.as_str())).try_for_each(|word| plain(word)),
    }
}

/// A word in which no part of the switch sees anything but a word.
fn plain(word: &str) -> Result<(), String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "@._-+*#/".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) { Ok(()) } else { Err(format!("the word {word:?}")) }
}

/// A dial string of one leg.
fn one_leg(text: &str) -> Result<(), String> {
    let dial = parse_dial_string(text);
    let [group] = dial.groups.as_slice() else { return Err(format!("{} groups", dial.groups.len())) };
    let [LegSpec { vars, endpoint }] = group.as_slice() else { return Err(format!("{} legs", group.len())) };
    dial.vars.iter().chain(vars).try_for_each(|(name, value)| is_our_variable(name, value))?;
    let known = ["user/", "sofia/gateway/", "error/user_not_registered"].iter().any(|kind| endpoint.starts_with(kind));
    if known { plain(endpoint) } else { Err(format!("the endpoint {endpoint:?}")) }
}

fn is_our_variable(name: &str, value: &str) -> Result<(), String> {
    let prefixed = ["ccgate_", "ext_"].iter().any(|prefix| name.starts_with(prefix));
    let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && (prefixed || VARIABLES.contains(&name));
    let template = value.strip_prefix("${ccgate_").and_then(|rest| rest.strip_suffix('}'));
    let is_text = |text: &str| text.chars().all(|c| c.is_alphanumeric() || " .-_+*#;".contains(c));
    if is_name && (VALUES.contains(&value) || is_text(template.unwrap_or(value))) { Ok(()) } else { Err(format!("{name}={value:?}")) }
}
