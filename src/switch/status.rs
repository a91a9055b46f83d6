//! What mod_callcenter says of an agent. Status is what the agent wants; state is what it does.

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident => $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$vdoc])* $variant,)*
        }

        impl $name {
            /// The word of mod_callcenter.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// Reads the word, regardless of case as the switch's commands do; none for a word that there is not.
            pub fn parse(word: &str) -> Option<Self> {
                [$(Self::$variant),*].into_iter().find(|known| known.as_str().eq_ignore_ascii_case(word))
            }

            /// Reads the word as it is in the switch's tables. In another case it is none: a command takes it and keeps it as it was written, but
            /// what looks for agents to offer to finds only the words themselves (mod_callcenter.c, `cc_agent_update` and the queries for
            /// `agents_callback`).
            pub fn listed(word: &str) -> Option<Self> {
                [$(Self::$variant),*].into_iter().find(|known| known.as_str() == word)
            }
        }
    };
}

words!(
    /// What the agent wants.
    AgentStatus {
        /// Checked out.
        LoggedOut => "Logged Out",
        /// Takes calls.
        Available => "Available",
        /// Takes one call, then is idle (trap 7). ccgate never sets it.
        AvailableOnDemand => "Available (On Demand)",
        /// Paused.
        OnBreak => "On Break",
    }
);

words!(
    /// What the agent does.
    AgentState {
        /// Deaf until set to waiting.
        Idle => "Idle",
        /// May be offered a call.
        Waiting => "Waiting",
        /// About to be offered one.
        Reserved => "Reserved",
        /// Its phone rings.
        Receiving => "Receiving",
        /// Bridged to a member.
        InAQueueCall => "In a queue call",
    }
);

words!(
    /// What an agent does for one of its queues.
    TierState {
        /// It may be offered a caller.
        Ready => "Ready",
        /// It did not answer the last one, and may be offered another.
        NoAnswer => "No Answer",
        /// Its phone rings for a caller of this queue.
        Offering => "Offering",
        /// It talks to one.
        ActiveInbound => "Active Inbound",
        /// It is rung by another of its queues, or talks to a caller there.
        Standby => "Standby",
    }
);

words!(
    /// A number that mod_callcenter keeps for an agent; seconds but for the last.
    AgentParam {
        /// Seconds after a call without offers.
        WrapUpTime => "wrap_up_time",
        /// Seconds after a rejected offer.
        RejectDelayTime => "reject_delay_time",
        /// Seconds after a busy phone.
        BusyDelayTime => "busy_delay_time",
        /// Seconds after any other offer that failed.
        NoAnswerDelayTime => "no_answer_delay_time",
        /// Offers in a row without an answer after which mod_callcenter sets `On Break`; 0 for never.
        MaxNoAnswer => "max_no_answer",
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back() {
        assert_eq!(AgentStatus::parse("On Break"), Some(AgentStatus::OnBreak));
        assert_eq!(AgentState::parse("In a queue call"), Some(AgentState::InAQueueCall));
        assert_eq!(AgentStatus::parse("Nonsense"), None);
        assert_eq!((AgentStatus::parse("available"), AgentStatus::listed("available")), (Some(AgentStatus::Available), None));
        assert_eq!(AgentStatus::listed("Available"), Some(AgentStatus::Available));
    }
}
