//! What mod_json_cdr says of a leg that ended: one JSON document, made by `switch_ivr_generate_json_cdr`.
//!
//! It has the channel's variables, percent-encoded (`encode-values`), and for each caller profile, the newest first, who called whom and when
//! what happened. Put as the channel's last event it is read like one, by [`super::fact`].

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

use super::fact::Fact;
use super::name::Names;
use crate::domain::call::{LegFact, LegId};
use crate::esl::event::{Event, EventBuf};

/// A leg that ended, as the switch recorded it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cdr {
    /// Its hangup, with all that is known of it then.
    pub fact: LegFact,
    /// The leg that it last spoke with.
    pub with: Option<LegId>,
}

/// Why a record cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CdrError {
    /// It is something else, or was cut off.
    #[error("it is no record of mod_json_cdr: {0}")]
    Json(#[from] serde_json::Error),
    /// It does not say whose it is, or when the leg ended.
    #[error("it lacks variables.uuid, or callflow[0].times.hangup_time")]
    Incomplete,
}

#[derive(Deserialize)]
struct Document {
    variables: HashMap<String, Value>,
    callflow: Vec<Flow>,
}

#[derive(Default, Deserialize)]
struct Flow {
    #[serde(default)]
    caller_profile: Profile,
    #[serde(default)]
    times: Times,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Profile {
    caller_id_name: String,
    caller_id_number: String,
    destination_number: String,
}

/// Microseconds since the epoch; 0 where it did not come to that.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Times {
    created_time: String,
    progress_time: String,
    progress_media_time: String,
    answered_time: String,
    bridged_time: String,
    hangup_time: String,
}

/// Reads a record by whose the names in it are, as it is posted or as it lies in the folder of those that could not be.
///
/// # Errors
/// [`CdrError`].
pub fn read(json: &[u8], names: &Names) -> Result<Cdr, CdrError> {
    // A caller's name comes in whatever bytes it was sent in.
    let document: Document = serde_json::from_str(&String::from_utf8_lossy(json))?;
    let event = last_event(&document).ok_or(CdrError::Incomplete)?;
    let Some(Fact::Leg(fact)) = Fact::of(&event, names) else { return Err(CdrError::Incomplete) };
    let with = document.variable("last_bridge_to").map(|leg| LegId::new(&leg));
    Ok(Cdr { fact: *fact, with })
}

impl Document {
    fn variable(&self, name: &str) -> Option<String> {
        let text = self.variables.get(name)?.as_str()?;
        Some(percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned())
    }
}

/// The switch's own variables that a leg's last event is read for: what it ran, and what was recorded.
const OTHERS: [&str; 4] = ["current_application", "execute_on_answer_record", "record_samples", "RECORD_DISCARDED"];

/// The event that the switch would have sent.
fn last_event(document: &Document) -> Option<Event> {
    // The newest profile has all times; the oldest is who the channel was first called from and sent to.
    let (times, profile) = (&document.callflow.first()?.times, &document.callflow.last()?.caller_profile);
    let mut event = EventBuf::new("CHANNEL_HANGUP_COMPLETE");
    event.push("Unique-ID", document.variable("uuid")?).push("Event-Date-Timestamp", &times.hangup_time);
    for (header, name) in [("Call-Direction", "direction"), ("Hangup-Cause", "hangup_cause")] {
        if let Some(value) = document.variable(name) {
            event.push(header, value);
        }
    }
    for (header, value) in [
        ("Caller-Caller-ID-Name", &profile.caller_id_name),
        ("Caller-Caller-ID-Number", &profile.caller_id_number),
        ("Caller-Destination-Number", &profile.destination_number),
        ("Caller-Channel-Created-Time", &times.created_time),
        ("Caller-Channel-Progress-Time", &times.progress_time),
        ("Caller-Channel-Progress-Media-Time", &times.progress_media_time),
        ("Caller-Channel-Answered-Time", &times.answered_time),
        ("Caller-Channel-Bridged-Time", &times.bridged_time),
        ("Caller-Channel-Hangup-Time", &times.hangup_time),
    ] {
        event.push(header, value);
    }
    let is_read = |name: &&String| name.starts_with("cc_") || name.starts_with("ccgate_") || OTHERS.contains(&name.as_str());
    for name in document.variables.keys().filter(is_read) {
        if let Some(value) = document.variable(name) {
            event.push(&format!("variable_{name}"), value);
        }
    }
    Event::from_frame(&event.encode_plain()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Millis;
    use crate::domain::call::{Direction, Left, Role, What};

    /// The body of a recorded request.
    fn body(recording: &'static str) -> &'static [u8] {
        recording.split_once("\n\n").unwrap().1.trim_end().as_bytes()
    }

    const MEMBER: &str = include_str!("../../tests/fixtures/json_cdr/queue-member.txt");
    #[test]
    fn where_a_leg_was_recorded_and_a_name_that_is_no_utf_8() {
        let recorded = r#""variables":{"cc_record_filename":"/rec/1/2026/11/25/a.wav","record_samples":"8000","odd":7,"#;
        let mut json = String::from_utf8_lossy(body(MEMBER)).replacen(r#""variables":{"#, recorded, 1).into_bytes();
        let name = br#""caller_id_name":""#;
        let at = json.windows(name.len()).position(|window| window == name).unwrap() + name.len();
        json[at] = 0xE9;
        let read = read(&json, &Names::default()).unwrap().fact;
        assert_eq!(read.info.recording().map(|file| file.as_str()), Some("1/2026/11/25/a.wav"));
        assert_eq!(read.info.cid_name.as_deref(), Some("\u{fffd}ipp"));
    }

    const AGENT: &str = include_str!("../../tests/fixtures/json_cdr/agent-leg.txt");

    #[test]
    fn a_queues_callers_record_has_its_times_and_how_it_left() {
        let Cdr { fact, .. } = read(body(MEMBER), &Names::default()).unwrap();
        assert_eq!(fact.leg, LegId::new("0965d95d-ad0d-49da-9795-ad09cdd6da9c"));
        assert_eq!((fact.at, fact.what), (Millis(1_795_325_670_403), What::HungUp { cause: "NORMAL_CLEARING".to_owned() }));
        assert_eq!((fact.info.role, fact.info.direction), (Some(Role::Member), Some(Direction::Inbound)));
        assert_eq!((fact.info.cid_num.as_deref(), fact.info.dialled.as_deref()), (Some("sipp"), Some("support")));
        let times = fact.times;
        assert_eq!((times.created_at, times.hung_up_at), (Some(Millis(1_795_325_669_283)), Some(Millis(1_795_325_670_403))));
        assert_eq!((times.joined_at, times.served_at, times.left), (Some(Millis(1_795_325_669_000)), None, Some(Left::Otherwise)));
        assert_eq!((times.progress_at, times.left_at), (None, Some(Millis(1_795_325_670_000))));
    }

    #[test]
    fn an_agents_legs_record_says_whose_call_it_was_of() {
        let Cdr { fact, .. } = read(body(AGENT), &Names::default()).unwrap();
        assert_eq!((fact.info.role, fact.info.direction), (Some(Role::Agent), Some(Direction::Outbound)));
        assert!(fact.info.call_id.is_some_and(|call| call.as_str().starts_with("1403f0a6-c")));
    }

    #[test]
    fn what_is_no_record_is_refused() {
        for json in [&b"{"[..], b"[]", b"{\"variables\":{},\"callflow\":[]}", b"{\"variables\":{\"uuid\":\"a\"},\"callflow\":[{}]}"] {
            assert!(read(json, &Names::default()).is_err(), "{}", String::from_utf8_lossy(json));
        }
    }
}
