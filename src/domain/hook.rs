//! Addresses of one agent that are told when it begins, or ends, to serve queues.

use serde::Serialize;

use super::agent::Agent;
use super::device::{Device, Line};
use super::event::{AVAILABLE, LOGGED_OUT, Source};
use super::id::{AccountId, HookId, UserId};
use super::number::{DialNumber, Domain};

/// The most hooks of an agent.
pub const OF_AGENT_MAX: usize = 20;
/// The most characters of an address.
pub const URL_MAX_CHARS: usize = 2_048;

/// An address, and what it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// Its id.
    pub id: HookId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The agent that it is told of.
    pub user_id: UserId,
    /// Which of the two.
    pub tells: Tells,
    /// How.
    pub method: Method,
    /// Where: http or https.
    pub url: String,
}

/// What a hook tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tells {
    /// The agent serves queues from now on.
    Available,
    /// It serves none any more.
    LoggedOut,
}

/// How a hook is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// In the query string.
    Get,
    /// In a form.
    Post,
}

/// Where an agent works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Seat {
    /// At a phone of the account's.
    Local,
    /// All the phones that it owns are numbers outside.
    Remote,
}

/// What a hook is sent, with the fields of the document's table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Told {
    agent_id: UserId,
    agent_status: &'static str,
    agent_type: Seat,
    #[serde(flatten)]
    line: Named,
    event_source: Source,
}

/// The agent's line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Named {
    /// `1001@pbx.example.org`
    ExtensionName(String),
    /// The number outside.
    AgentNumber(DialNumber),
}

impl Tells {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Available, Self::LoggedOut];

    /// What a change of an agent tells; none when it serves queues as before, or still none.
    pub fn of(before: &Agent, after: &Agent) -> Option<Self> {
        match (before.serves(), after.serves()) {
            (false, true) => Some(Self::Available),
            (true, false) => Some(Self::LoggedOut),
            _ => None,
        }
    }

    /// The name of its event.
    pub fn event(self) -> &'static str {
        match self {
            Self::Available => AVAILABLE,
            Self::LoggedOut => LOGGED_OUT,
        }
    }

    fn status(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::LoggedOut => "logged_out",
        }
    }
}

impl Method {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Get, Self::Post];

    /// HTTP's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

impl Seat {
    /// Of an agent that owns these phones; one without any sits at whichever is free.
    pub fn of(owned: &[Device]) -> Self {
        if !owned.is_empty() && owned.iter().all(|device| !device.is_sip()) { Self::Remote } else { Self::Local }
    }
}

impl Told {
    /// What is told of an agent.
    pub fn new(agent: UserId, tells: Tells, line: Named, source: Source) -> Self {
        let agent_type = match line {
            Named::ExtensionName(_) => Seat::Local,
            Named::AgentNumber(_) => Seat::Remote,
        };
        Self { agent_id: agent, agent_status: tells.status(), agent_type, line, event_source: source }
    }
}

impl Named {
    /// Of an agent that owns `owned` and sits, or sat, at `at`: the number of a remote one; of a local one its own extension or that of its phone,
    /// else the phone's name. One who has none of all that is known by its id.
    pub fn of(user: UserId, owned: &[Device], at: Option<&Device>, extension: Option<String>, domain: &Domain) -> Self {
        let lines = || at.into_iter().chain(owned).map(|device| &device.line);
        let number = lines().find_map(|line| match line {
            Line::External { number, .. } => Some(number.clone()),
            Line::Sip { .. } => None,
        });
        if let (Seat::Remote, Some(number)) = (Seat::of(owned), number) {
            return Self::AgentNumber(number);
        }
        let username = lines().find_map(|line| match line {
            Line::Sip { username, .. } => Some(username.to_string()),
            Line::External { .. } => None,
        });
        Self::ExtensionName(format!("{}@{domain}", extension.or(username).unwrap_or_else(|| user.to_string())))
    }
}

/// The order key of what `hook` is told: hooks of an agent with the same address, whatever follows its `?`, are told in order, so that an agent who
/// comes and goes is not last heard of as having come. `all` are the agent's.
pub fn order_key(hook: &Hook, all: &[Hook]) -> String {
    let place = |hook: &Hook| hook.url.split(['?', '#']).next().unwrap_or_default().to_owned();
    let first = all.iter().filter(|other| place(other) == place(hook)).map(|other| other.id).min();
    format!("hook:{}", first.unwrap_or(hook.id))
}

#[cfg(test)]
mod tests {
    use std::slice::from_ref;

    use serde_json::json;

    use super::*;
    use crate::domain::DeviceId;
    use crate::domain::device::{A1Hash, Ring};
    use crate::domain::number::SipUser;
    use crate::domain::text::Label;

    fn device(line: Line) -> Device {
        let name = Label::new("a phone").unwrap();
        Device { id: DeviceId(1), account_id: AccountId(1), name, line, user_id: None, ring: Ring::default() }
    }

    fn sip(username: &str) -> Device {
        device(Line::Sip { username: SipUser::parse(username).unwrap(), a1_hash: A1Hash(String::new()) })
    }

    fn external(number: &str) -> Device {
        device(Line::External { number: DialNumber::parse(number).unwrap(), gateway: None, confirm: true })
    }

    #[test]
    fn an_agent_is_named_by_where_it_is() {
        let (desk, mobile, other) = (sip("1001"), external("0501234567"), external("0507654321"));
        let domain = Domain::parse("lab.local").unwrap();
        let told = |owned: &[Device], at: Option<&Device>, extension: Option<&str>| {
            let line = Named::of(UserId(7), owned, at, extension.map(str::to_owned), &domain);
            let told = serde_json::to_value(Told::new(UserId(7), Tells::Available, line, Source::Api)).unwrap();
            (told["agent_type"].clone(), told.get("extension_name").or(told.get("agent_number")).cloned().unwrap())
        };
        let (local, remote) = (|name: &str| (json!("local"), json!(name)), |number: &str| (json!("remote"), json!(number)));
        assert_eq!(told(from_ref(&desk), Some(&desk), Some("094")), local("094@lab.local"));
        assert_eq!(told(from_ref(&desk), Some(&desk), None), local("1001@lab.local"));
        assert_eq!(told(&[], Some(&sip("2002")), None), local("2002@lab.local"), "a hot desk");
        assert_eq!(
            told(&[desk.clone(), mobile.clone()], Some(&mobile), None),
            local("1001@lab.local"),
            "one of its own is no number outside"
        );
        assert_eq!(told(&[], None, None), local("7@lab.local"));
        assert_eq!(told(from_ref(&mobile), Some(&mobile), Some("094")), remote("0501234567"));
        assert_eq!(told(&[mobile.clone(), other.clone()], Some(&other), None), remote("0507654321"));
        assert_eq!(told(&[mobile], Some(&desk), None), remote("0501234567"), "at another's desk");
    }

    #[test]
    fn hooks_of_one_address_have_one_order() {
        let hook = |id, url: &str| Hook {
            id: HookId(id),
            account_id: AccountId(1),
            user_id: UserId(1),
            tells: Tells::Available,
            method: Method::Get,
            url: url.to_owned(),
        };
        let all = [hook(3, "https://a.example/x?came"), hook(4, "https://a.example/x?went"), hook(5, "https://a.example/y")];
        assert_eq!(all.each_ref().map(|one| order_key(one, &all)), ["hook:3", "hook:3", "hook:5"]);
    }
}
