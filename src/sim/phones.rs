//! The people at the telephones: what a phone does when it rings, who calls and how long they wait.

/// A SIP user: name and domain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneKey {
    pub user: String,
    pub domain: String,
}

impl PhoneKey {
    pub fn new(user: impl Into<String>, domain: impl Into<String>) -> Self {
        Self { user: user.into(), domain: domain.into() }
    }
}

/// What happens when a phone (or a number behind a gateway) is rung. Each call is answered so, also a second one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// Rings, answers `after_ms` later, and hangs up `talk_ms` after that (never, when `None`).
    Answer { after_ms: u64, talk_ms: Option<u64> },
    /// 486.
    Busy,
    /// 603.
    Reject,
    /// 302, which the switch does not follow (`outbound_redirect_fatal`).
    Divert,
    /// Rings until the switch gives up.
    RingOn,
    /// Sends 183 with media instead of ringing, and answers `after_ms` later.
    EarlyMedia { after_ms: u64 },
    /// Answers after `after_ms`, and says nothing before.
    NoRing { after_ms: u64 },
    /// Says nothing at all, not even that it rings.
    Dead,
}

impl Behaviour {
    /// Answers at once and talks until the other side hangs up.
    pub const ANSWER: Self = Self::Answer { after_ms: 0, talk_ms: None };
}

/// Where a call comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A phone that registered before (its password is known): an authenticated INVITE, context from the directory.
    Phone(PhoneKey),
    /// The outside world: no authentication, context `public`.
    Trunk { cid_number: String, cid_name: String },
    /// An INVITE from an address the switch trusts, without authentication, in `context`.
    Trusted { cid_number: String, context: String },
}

/// What a caller does by itself. All times in milliseconds; `None` is never.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallPlan {
    /// Hangs up this long after dialling when nobody was bridged by then.
    pub give_up_after_ms: Option<u64>,
    /// Hangs up this long after being bridged to somebody.
    pub talk_ms: Option<u64>,
    /// Hangs up this long after dialling, whatever happened.
    pub end_after_ms: Option<u64>,
    /// Keys pressed: (after dialling, digits).
    pub digits: Vec<(u64, String)>,
}
