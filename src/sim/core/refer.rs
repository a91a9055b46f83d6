//! What a phone does within a call: it transfers who it speaks with (REFER), or puts it on hold (a re-INVITE).

use super::channel::Channel;
use super::{ChanId, Core};
use crate::clock::Millis;

impl Core {
    /// REFER: the phone at this channel sends who it speaks with to a number. False when it speaks with nobody.
    pub fn refer(&mut self, uuid: &str, number: &str, now: Millis) -> bool {
        self.within_call(uuid, now, |core, id, partner| {
            if let Some(channel) = core.channels.get_mut(&id) {
                channel.set("endpoint_disposition", "BLIND_TRANSFER");
            }
            let context = core.channels.get(&partner).map(Channel::transfer_context).unwrap_or_default();
            core.transfer(partner, number, "XML", &context);
            true
        })
    }

    /// REFER with Replaces: the phone at this channel, and at the other one, joins whom it speaks with on the two. False when on one of them it
    /// speaks with nobody.
    pub fn refer_replacing(&mut self, uuid: &str, other: &str, now: Millis) -> bool {
        let asked = self.by_uuid.get(other).and_then(|id| self.channels.get(id)?.bridged_to);
        self.within_call(uuid, now, |core, _, partner| {
            if let Some(asked) = asked {
                core.bridge_by_uuid(partner, asked);
            }
            asked.is_some()
        })
    }

    /// A re-INVITE that says whether the phone at this channel listens. False when it speaks with nobody.
    pub fn reinvite(&mut self, uuid: &str, on_hold: bool, now: Millis) -> bool {
        self.within_call(uuid, now, |core, id, _| {
            core.hold(id, on_hold);
            true
        })
    }

    fn within_call(&mut self, uuid: &str, now: Millis, act: impl FnOnce(&mut Self, ChanId, ChanId) -> bool) -> bool {
        self.advance(now);
        let id = self.by_uuid.get(uuid).copied();
        let pair = id.and_then(|id| Some((id, self.channels.get(&id)?.bridged_to?)));
        let done = pair.is_some_and(|(id, partner)| act(self, id, partner));
        self.settle();
        done
    }
}
