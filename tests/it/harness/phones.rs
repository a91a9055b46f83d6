//! The people at the telephones, on either switch.

/// What a phone does with every call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// Rings for a while, answers, and hangs up after a while (never when none).
    Answer { after_ms: u64, talk_ms: Option<u64> },
    /// 486
    Busy,
    /// 603
    Reject,
    /// Rings until the caller or the switch gives up.
    RingOn,
}

/// A call that was dialled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CallId(pub(crate) usize);

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The switch answered, for itself or because somebody did.
    Answered,
    /// It did not.
    Refused {
        /// Why, in SIP: 486 busy, 403 not allowed.
        status: u16,
    },
}
