//! What an agent was, from when to when. Statistics are made of it, so it is written in the commit of each change.

use super::agent::Agent;
use super::id::PauseId;
use crate::clock::Millis;

/// What an agent is for a while. It may be several at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Checked in, on one phone.
    CheckedIn,
    /// In a pause, for one reason.
    Paused,
    /// In wrap-up after a call, whatever else it does meanwhile.
    WrapUp,
    /// Checked in at a phone that cannot be reached, paused or not.
    Unreachable,
}

impl Kind {
    /// Each of them.
    pub const ALL: [Self; 4] = [Self::CheckedIn, Self::Paused, Self::WrapUp, Self::Unreachable];

    /// Its name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::CheckedIn => "checked_in",
            Self::Paused => "paused",
            Self::WrapUp => "wrap_up",
            Self::Unreachable => "unreachable",
        }
    }
}

/// What is to be written down of an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanChange {
    /// It becomes something, until further notice.
    Begin {
        /// What.
        kind: Kind,
        /// Why, of a pause.
        pause_id: Option<PauseId>,
        /// From when on.
        at: Millis,
    },
    /// It is that no longer.
    End {
        /// What it was.
        kind: Kind,
        /// From when on it is not.
        at: Millis,
    },
    /// The wrap-up that runs is extended or cut short; where none runs, one begins. A wrap-up's end is known in advance.
    WrapUp {
        /// Now.
        at: Millis,
        /// Its end; not after `at` to end it.
        until: Millis,
    },
    /// A queue call ended, and its wrap-up begins. One that was set during the call runs from here only.
    WrapUpAfterCall {
        /// The call's end.
        at: Millis,
        /// The wrap-up's.
        until: Millis,
    },
}

/// What a change of an agent that is committed at `now` comes to.
pub fn changes(before: &Agent, after: &Agent, now: Millis) -> Vec<SpanChange> {
    let entered = after.checked_in_at.filter(|_| after.checked_in_at != before.checked_in_at);
    let paused = after.paused_at.filter(|_| after.pause_id.is_some() && after.paused_at != before.paused_at);
    // One moment for all of it: what ends because something begins ends then.
    let at = entered.or(paused).unwrap_or(now);
    let left = before.checked_in_at.is_some() && before.checked_in_at != after.checked_in_at;
    let was_paused = before.pause_id.and(before.paused_at);
    let is_paused = after.pause_id.and(after.paused_at);
    let mut changes = Vec::new();
    if left {
        changes.push(SpanChange::End { kind: Kind::CheckedIn, at });
    }
    if was_paused.is_some() && (was_paused, before.pause_id) != (is_paused, after.pause_id) {
        changes.push(SpanChange::End { kind: Kind::Paused, at });
    }
    if before.unreachable_since.is_some() && before.unreachable_since != after.unreachable_since {
        changes.push(SpanChange::End { kind: Kind::Unreachable, at });
    }
    match after.wrap_up_until {
        // Whoever leaves wraps up no longer.
        _ if left => changes.push(SpanChange::WrapUp { at, until: at }),
        Some(until) if before.wrap_up_until != after.wrap_up_until => changes.push(SpanChange::WrapUp { at, until }),
        _ => {}
    }
    if entered.is_some() {
        changes.push(SpanChange::Begin { kind: Kind::CheckedIn, pause_id: None, at });
    }
    if let Some(at) = after.unreachable_since.filter(|_| before.unreachable_since != after.unreachable_since) {
        changes.push(SpanChange::Begin { kind: Kind::Unreachable, pause_id: None, at });
    }
    if is_paused.is_some() && (was_paused, before.pause_id) != (is_paused, after.pause_id) {
        changes.push(SpanChange::Begin { kind: Kind::Paused, pause_id: after.pause_id, at });
    }
    changes
}

/// The wrap-up after a queue call that ended at `ended`: until what the API set during the call, else for `own_s`, the seconds of the switch's
/// own rule. None when there is none, or the agent has left or come since.
pub fn wrap_up_after_call(agent: &Agent, ended: Millis, own_s: u32) -> Option<SpanChange> {
    let set = agent.wrap_up_until.filter(|until| *until > ended);
    let until = set.unwrap_or(ended.plus_ms(i64::from(own_s) * 1_000));
    let sat_there = agent.online() && agent.checked_in_at.is_some_and(|entered| entered <= ended);
    (sat_there && until > ended).then_some(SpanChange::WrapUpAfterCall { at: ended, until })
}

#[cfg(test)]
mod tests {
    use super::SpanChange::{Begin, End, WrapUp, WrapUpAfterCall};
    use super::*;
    use crate::domain::{AccountId, DeviceId, UserId};

    const NOW: Millis = Millis(10_000);

    fn agent(checked_in: Option<i64>, pause: Option<(i64, i64)>, wrap_up_until: Option<i64>) -> Agent {
        Agent {
            device_id: checked_in.map(|_| DeviceId(1)),
            checked_in_at: checked_in.map(Millis),
            pause_id: pause.map(|(id, _)| PauseId(id)),
            paused_at: pause.map(|(_, at)| Millis(at)),
            wrap_up_until: wrap_up_until.map(Millis),
            ..Agent::new(AccountId(1), UserId(1))
        }
    }

    #[test]
    fn each_change_of_an_agent() {
        let out = agent(None, None, None);
        let ready = agent(Some(1), None, None);
        let lost = |at| Agent { unreachable_since: Some(Millis(at)), ..agent(Some(1), None, None) };
        let begin = |kind, at| Begin { kind, pause_id: None, at: Millis(at) };
        let end = |kind, at| End { kind, at: Millis(at) };
        let paused = |id, at| Begin { kind: Kind::Paused, pause_id: Some(PauseId(id)), at: Millis(at) };
        let wrap_up = |at, until| WrapUp { at: Millis(at), until: Millis(until) };
        let rows = [
            ("nothing", ready.clone(), ready.clone(), vec![]),
            ("another queue", ready.clone(), Agent { version: 9, ..ready.clone() }, vec![]),
            ("check-in", out.clone(), agent(Some(9_990), None, None), vec![begin(Kind::CheckedIn, 9_990)]),
            ("check-out", ready.clone(), out.clone(), vec![end(Kind::CheckedIn, 10_000), wrap_up(10_000, 10_000)]),
            (
                "another phone ends a pause",
                agent(Some(1), Some((2, 5)), Some(99_000)),
                agent(Some(9_990), None, None),
                vec![end(Kind::CheckedIn, 9_990), end(Kind::Paused, 9_990), wrap_up(9_990, 9_990), begin(Kind::CheckedIn, 9_990)],
            ),
            ("pause", ready.clone(), agent(Some(1), Some((2, 9_995)), None), vec![paused(2, 9_995)]),
            ("resume", agent(Some(1), Some((2, 5)), None), ready.clone(), vec![end(Kind::Paused, 10_000)]),
            (
                "another reason",
                agent(Some(1), Some((2, 5)), None),
                agent(Some(1), Some((3, 9_995)), None),
                vec![end(Kind::Paused, 9_995), paused(3, 9_995)],
            ),
            ("wrap-up is set", ready.clone(), agent(Some(1), None, Some(30_000)), vec![wrap_up(10_000, 30_000)]),
            ("and ended", agent(Some(1), None, Some(30_000)), agent(Some(1), None, Some(9_000)), vec![wrap_up(10_000, 9_000)]),
            ("what was set is over", agent(Some(1), None, Some(9_000)), ready.clone(), vec![]),
            ("its phone is gone", ready.clone(), lost(9_990), vec![begin(Kind::Unreachable, 9_990)]),
            ("and back", lost(9_000), ready.clone(), vec![end(Kind::Unreachable, 10_000)]),
            (
                "it leaves without one",
                lost(9_000),
                out,
                vec![end(Kind::CheckedIn, 10_000), end(Kind::Unreachable, 10_000), wrap_up(10_000, 10_000)],
            ),
        ];
        for (name, before, after, expected) in rows {
            assert_eq!(changes(&before, &after, NOW), expected, "{name}");
        }
    }

    #[test]
    fn the_wrap_up_after_a_call() {
        let after = |agent: &Agent, own_s| wrap_up_after_call(agent, NOW, own_s);
        let until = |until| Some(WrapUpAfterCall { at: NOW, until: Millis(until) });
        assert_eq!(after(&agent(Some(1), None, None), 20), until(30_000));
        assert_eq!(after(&agent(Some(1), None, None), 0), None);
        assert_eq!(after(&agent(Some(1), None, Some(12_000)), 20), until(12_000), "set during the call");
        assert_eq!(after(&agent(Some(1), None, Some(9_000)), 20), until(30_000), "of an earlier call");
        assert_eq!(after(&agent(None, None, None), 20), None, "it left during the call");
        assert_eq!(after(&agent(Some(10_001), None, None), 20), None, "it left and came back");
    }
}
