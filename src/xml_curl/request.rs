//! What mod_xml_curl asks, parsed from its form.
//!
//! FreeSWITCH writes the first five fields (`hostname`, `section`, `tag_name`, `key_name`, `key_value`) into the form as they are, and `key_value`
//! is a SIP domain that a stranger chose: it may hold `&section=...`. So the first of those five holds, and of every other the last, which
//! FreeSWITCH wrote itself, percent-encoded.

use std::collections::HashMap;

use crate::domain::DeviceId;
use crate::switch::recording::{MEMBER_PATH, own_path};

/// A configuration that only ccgate has.
pub const PROBE: &str = "ccgate.conf";

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Request {
    /// A user of a domain: a registration, a call's authentication, or `user/<user>@<domain>` that is dialled.
    User {
        /// Its SIP user.
        user: String,
        /// Its SIP domain.
        domain: String,
        /// Whether somebody registers or calls as it.
        signs_in: bool,
    },
    /// A domain without its users.
    Domain(String),
    /// callcenter.conf: of one queue (`<queue>@<domain>`, the name on the switch), or of all.
    CallCenter {
        /// The queue that is loaded; none when the module loads.
        queue: Option<String>,
        /// The running switch; none when the module loads, which FreeSWITCH asks without its usual fields.
        core_uuid: Option<String>,
    },
    /// Where a call goes.
    Dialplan(Box<Call>),
    /// The document by which `ccgate check` sees that the switch is served by ccgate.
    Probe,
    /// What ccgate does not serve.
    Other,
}

/// A call that asks where to go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Call {
    /// The channel's UUID.
    pub channel: String,
    /// `default` for authenticated phones, `ccgate` for click-to-calls, `ccgate-exit` for callers who leave a queue, `public` for everybody else.
    pub context: String,
    /// What was dialled.
    pub destination: String,
    /// `Caller-ID-Number`: who calls, as the carrier or the phone says.
    pub caller_number: Option<String>,
    /// `variable_ccgate_device_id`, from the directory: the phone that calls.
    pub device_id: Option<i64>,
    /// `variable_ccgate_account_id`: whose call it is, where it was routed before.
    pub account_id: Option<i64>,
    /// `variable_ccgate_call_id`: the first leg's UUID, where an earlier leg set it.
    pub call_id: Option<String>,
    /// `variable_ccgate_user_id`: who makes a click-to-call.
    pub user_id: Option<i64>,
    /// `variable_cc_tracked_agent`: this channel counts as an agent's call already. Counted twice, it would be taken back once.
    pub tracked: bool,
    /// `variable_ccgate_record_to`: an earlier queue has said where this caller is recorded.
    pub recording_named: bool,
    /// Where this channel is recorded already, as whoever called it does.
    pub recorded_to: Option<String>,
    /// Not the switch's word but ours: the phone that this channel spoke with, which transferred it.
    pub moved_by: Option<DeviceId>,
    /// The queue that the call has left without an agent.
    pub left: Option<LeftQueue>,
}

/// From our own variable and mod_callcenter's, on a channel that was in a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LeftQueue {
    /// `variable_ccgate_queue_id`
    pub queue_id: i64,
    /// `variable_cc_cancel_reason`, and `variable_cc_exit_key`.
    pub how: Left,
}

/// How a caller left a queue without an agent, and is still there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// It waited too long.
    Timeout,
    /// There was no agent for too long.
    NoAgent,
    /// It pressed this key.
    Key(String),
}

impl Left {
    /// mod_callcenter's word for it: `cc_cancel_reason`.
    pub(super) fn reason(&self) -> &'static str {
        match self {
            Self::Timeout => "TIMEOUT",
            Self::NoAgent => "NO_AGENT_TIMEOUT",
            Self::Key(_) => "EXIT_WITH_KEY",
        }
    }
}

impl Request {
    /// Parses a form body. A body that is no form asks for nothing that there is.
    pub(super) fn parse(body: &[u8]) -> Self {
        let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(body).unwrap_or_default();
        let first = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let last: HashMap<&str, &str> = fields.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let field = |name: &str| last.get(name).copied().filter(|value| !value.is_empty());
        match first("section") {
            Some("directory") => directory(field),
            Some("configuration") if first("key_value") == Some(PROBE) => Self::Probe,
            Some("configuration") if first("key_value") == Some("callcenter.conf") => {
                Self::CallCenter { queue: field("CC-Queue").map(str::to_owned), core_uuid: field("Core-UUID").map(str::to_owned) }
            }
            Some("dialplan") => dialplan(field),
            _ => Self::Other,
        }
    }
}

/// `purpose` is `gateways` or `network-list` when FreeSWITCH collects something from every user, which ccgate's have not.
fn directory<'a>(field: impl Fn(&str) -> Option<&'a str>) -> Request {
    match (field("purpose"), field("user"), field("domain")) {
        (None, Some(user), Some(domain)) => {
            Request::User { user: user.to_owned(), domain: domain.to_owned(), signs_in: field("action") == Some("sip_auth") }
        }
        (None, None, Some(domain)) => Request::Domain(domain.to_owned()),
        _ => Request::Other,
    }
}

/// `Hunt-*` is the profile that is being routed (after a transfer it differs from `Caller-*`).
fn dialplan<'a>(field: impl Fn(&str) -> Option<&'a str>) -> Request {
    let profile = |name: &str| field(&format!("Hunt-{name}")).or_else(|| field(&format!("Caller-{name}")));
    let variable = |name: &str| field(&format!("variable_{name}"));
    let (Some(channel), Some(context), Some(destination)) = (field("Unique-ID"), profile("Context"), profile("Destination-Number")) else {
        return Request::Other;
    };
    Request::Dialplan(Box::new(Call {
        channel: channel.to_owned(),
        context: context.to_owned(),
        destination: destination.to_owned(),
        caller_number: profile("Caller-ID-Number").map(str::to_owned),
        device_id: variable("ccgate_device_id").and_then(|id| id.parse().ok()),
        account_id: variable("ccgate_account_id").and_then(|id| id.parse().ok()),
        call_id: variable("ccgate_call_id").map(str::to_owned),
        user_id: variable("ccgate_user_id").and_then(|id| id.parse().ok()),
        tracked: variable("cc_tracked_agent").is_some(),
        recording_named: variable(MEMBER_PATH).is_some(),
        recorded_to: own_path(variable).map(str::to_owned),
        moved_by: None,
        left: left_queue(variable),
    }))
}

fn left_queue<'a>(variable: impl Fn(&str) -> Option<&'a str>) -> Option<LeftQueue> {
    let how = match variable("cc_cancel_reason")? {
        "TIMEOUT" => Left::Timeout,
        "NO_AGENT_TIMEOUT" => Left::NoAgent,
        "EXIT_WITH_KEY" => Left::Key(variable("cc_exit_key")?.to_owned()),
        _ => return None,
    };
    Some(LeftQueue { queue_id: variable("ccgate_queue_id")?.parse().ok()?, how })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The body of a recorded request.
    fn recorded(name: &str) -> Request {
        let path = format!("{}/tests/fixtures/xml_curl/{name}.txt", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        Request::parse(text.split_once("\n\n").unwrap().1.trim_end().as_bytes())
    }

    fn user(user: &str, signs_in: bool) -> Request {
        Request::User { user: user.to_owned(), domain: "lab.local".to_owned(), signs_in }
    }

    #[test]
    fn the_recorded_requests_are_understood() {
        assert_eq!(recorded("directory-register"), user("1003", true));
        assert_eq!(recorded("directory-invite"), user("1001", true));
        assert_eq!(recorded("directory-user-lookup"), user("1001", false));
        assert_eq!(recorded("directory-domain"), Request::Other, "gateways of users");
        assert_eq!(recorded("configuration-sofia"), Request::Other);
        assert_eq!(recorded("configuration-callcenter"), Request::CallCenter { queue: None, core_uuid: None });
        let one = Request::CallCenter {
            queue: Some("support@lab.local".to_owned()),
            core_uuid: Some("4c180d67-96f7-4284-a98f-79461bc7474a".to_owned()),
        };
        assert_eq!(recorded("configuration-callcenter-queue"), one);
    }

    #[test]
    fn a_dialplan_request_says_which_phone_dials_what() {
        let Request::Dialplan(call) = recorded("dialplan-star-code") else { panic!("no dialplan request") };
        assert_eq!((call.destination.as_str(), call.context.as_str(), call.device_id), ("**9477", "default", Some(71001)));
        assert_eq!(call.channel, "cf82e7fc-1576-49ee-b87d-ebd8deae6745");
        let Request::Dialplan(call) = recorded("dialplan-queue") else { panic!("no dialplan request") };
        assert_eq!((call.destination.as_str(), call.device_id), ("support", None));
    }

    #[test]
    fn a_domain_cannot_bring_fields_of_its_own() {
        let body = b"hostname=h&section=directory&tag_name=domain&key_name=name&key_value=x&section=dialplan&user=1&domain=a\
            &action=sip_auth&key=id&user=2&domain=b";
        assert_eq!(Request::parse(body), Request::User { user: "2".to_owned(), domain: "b".to_owned(), signs_in: true });
        assert_eq!(Request::parse(b"\xff\x00&&=%"), Request::Other);
    }
}
