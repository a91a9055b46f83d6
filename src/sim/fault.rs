//! What can be broken on purpose.

use rand::RngExt;
use rand::rngs::StdRng;

/// One thing to break, or to mend with 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Close every event-socket connection now, without a notice.
    CutConnections,
    /// Hold every reply back this long.
    StallReplies { ms: u64 },
    /// Throw away this share of the events, in thousandths.
    LoseEvents { per_mille: u16 },
    /// Hold every XML answer back this long.
    SlowXml { ms: u64 },
    /// Take no XML answer at all, as if the server were gone.
    NoXml { on: bool },
    /// List no channels, as if the thread that writes the table of them were behind (switch_core_sqldb.c).
    ListNoChannels { on: bool },
}

/// The faults in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    pub(crate) stall_replies_ms: i64,
    pub(crate) lose_per_mille: u16,
    pub(crate) slow_xml_ms: u64,
    pub(crate) no_xml: bool,
    pub(crate) list_no_channels: bool,
}

impl Faults {
    /// Adds a fault; [`Fault::CutConnections`] is an act and leaves nothing here.
    pub fn apply(&mut self, fault: Fault) {
        match fault {
            Fault::CutConnections => {}
            Fault::StallReplies { ms } => self.stall_replies_ms = i64::try_from(ms).unwrap_or(i64::MAX),
            Fault::LoseEvents { per_mille } => self.lose_per_mille = per_mille.min(1000),
            Fault::SlowXml { ms } => self.slow_xml_ms = ms,
            Fault::NoXml { on } => self.no_xml = on,
            Fault::ListNoChannels { on } => self.list_no_channels = on,
        }
    }

    /// How long the XML answers are held back.
    pub fn slow_xml_ms(&self) -> u64 {
        self.slow_xml_ms
    }

    /// The XML server counts as gone.
    pub fn no_xml(&self) -> bool {
        self.no_xml
    }

    pub(crate) fn lose_event(&self, rng: &mut StdRng) -> bool {
        self.lose_per_mille > 0 && rng.random_range(0..1000) < self.lose_per_mille
    }
}
