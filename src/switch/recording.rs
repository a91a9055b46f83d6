//! Where the switch records calls, and how it says that it did.
//!
//! A leg carries the path of its recording in a variable, so every event of it, a look at it and its call record tell the same, and what ccgate
//! did not hear at the time is not lost. A queue's caller is recorded by mod_callcenter, which notes the path; any other leg from its answer on, by
//! the variable that says so.

use crate::domain::AccountId;
use crate::domain::recording::{Format, Recorded, RecordingFile};
use crate::esl::event::Event;

/// On a caller that may join a queue: where mod_callcenter records it when the queue says so. The same for all of its queues.
pub const MEMBER_PATH: &str = "ccgate_record_to";
/// Of a leg that is recorded from its answer on: the application with its path. The name differs from other variables that begin with
/// `execute_on_answer`; FreeSWITCH does them all.
const ON_ANSWER: &str = "execute_on_answer_record";
/// The application that records a leg.
const APPLICATION: &str = "record_session";

/// What `record-template` of a queue is.
pub const MEMBER_TEMPLATE: &str = "${ccgate_record_to}";

/// The folder of recordings, and what is written into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// As the switch sees it, without a slash at its end.
    pub folder: String,
    /// Of its files.
    pub format: Format,
}

impl Default for Place {
    fn default() -> Self {
        Self { folder: "/var/lib/freeswitch/recordings".to_owned(), format: Format::default() }
    }
}

impl Place {
    /// A path for a leg of the call of the channel on which it is expanded: another one each time.
    pub fn of_leg(&self, account: AccountId) -> String {
        self.path(account, "${ccgate_call_id}-${create_uuid()}")
    }

    /// A path for the channel on which it is expanded.
    pub fn of_caller(&self, account: AccountId) -> String {
        self.path(account, "${uuid}")
    }

    /// A file, as the switch was told to write it.
    pub fn path_of(&self, file: &RecordingFile) -> String {
        format!("{}/{file}", self.folder)
    }

    /// By day, as the switch has it.
    fn path(&self, account: AccountId, name: &str) -> String {
        format!("{}/{account}/${{strftime(%Y/%m/%d)}}/{name}.{}", self.folder, self.format.ending())
    }
}

/// The variable of a leg that is recorded from its answer on. `path` is expanded on the channel that calls it, each time that it calls: FreeSWITCH
/// sets no variable of a called leg that has another in it. With an empty path nothing is recorded.
pub fn on_answer(path: &str) -> String {
    format!("{ON_ANSWER}={APPLICATION} {path}")
}

/// Where a channel with these variables is recorded from its answer on.
pub fn own_path<'a>(variable: impl Fn(&str) -> Option<&'a str>) -> Option<&'a str> {
    let path = variable(ON_ANSWER)?.strip_prefix(APPLICATION)?.trim();
    RecordingFile::at_end_of(path).map(|_| path)
}

/// A path that stays as it is in a caller's variable, to be expanded when that is used.
pub fn unexpanded(path: &str) -> String {
    path.replace("${", "\\${")
}

/// What an event says of the recording of its leg. The switch counts what it wrote when it stops, which it does before it tells of the hangup.
pub(super) fn recorded(event: &Event) -> Option<Recorded> {
    let is_past = |header| event.given(header).is_some_and(|time| &*time != "0");
    let by_queue = event.given("variable_cc_record_filename");
    let own = event.given(&format!("variable_{ON_ANSWER}")).filter(|_| is_past("Caller-Channel-Answered-Time"));
    let path = by_queue.as_deref().or_else(|| own_path(|_| own.as_deref()))?;
    let file = RecordingFile::at_end_of(path.trim())?;
    let written = event.given("variable_record_samples").is_some() && event.given("variable_RECORD_DISCARDED").is_none();
    Some(if is_past("Caller-Channel-Hangup-Time") && !written { Recorded::Not } else { Recorded::In(file) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::esl::event::EventBuf;

    #[test]
    fn a_leg_says_where_it_is_recorded() {
        let path = "/srv/1/2026/11/25/a.wav";
        let file = RecordingFile::parse("1/2026/11/25/a.wav").unwrap();
        let said = |headers: &[(&str, &str)]| {
            let mut event = EventBuf::new("CHANNEL_ANSWER");
            for (header, value) in headers {
                event.push(header, value);
            }
            recorded(&Event::from_frame(&event.encode_plain()).unwrap())
        };
        let (own, by_queue) =
            (("variable_execute_on_answer_record", "record_session /srv/1/2026/11/25/a.wav"), ("variable_cc_record_filename", path));
        let (unanswered, answered) = (("Caller-Channel-Answered-Time", "0"), ("Caller-Channel-Answered-Time", "1795322083000000"));
        let (up, over) = (("Caller-Channel-Hangup-Time", "0"), ("Caller-Channel-Hangup-Time", "1795322084000000"));
        let (written, discarded) = (("variable_record_samples", "8000"), ("variable_RECORD_DISCARDED", "true"));
        let is_in = Some(Recorded::In(file));
        assert_eq!(said(&[own, unanswered, up]), None, "it rings");
        assert_eq!(said(&[own, answered, up]), is_in);
        assert_eq!(said(&[by_queue, up]), is_in);
        assert_eq!(said(&[own, answered, over, written]), is_in);
        assert_eq!(said(&[own, answered, over]), Some(Recorded::Not), "the switch could not");
        assert_eq!(said(&[by_queue, answered, over, written, discarded]), Some(Recorded::Not));
        assert_eq!(said(&[answered, over, written]), None, "somebody else's recording");
        for other in ["record_session ", "record_session /srv/../etc/passwd", "playback /srv/1/2026/11/25/a.wav"] {
            assert_eq!(said(&[("variable_execute_on_answer_record", other), answered]), None, "{other}");
        }
    }
}
