//! callcenter.conf: queues only. Agents and tiers go over the event socket, and loading one queue would load all that are here (trap 26).

use std::io;

use super::document::{Xml, not_found};
use crate::reconcile::{Desired, DesiredQueue};

/// The document with every queue, for the module's start, or with the one that is loaded. What an account's domain does not have is no queue,
/// whatever the switch's own files say: one that was deleted may be in the snapshot for a while. The module starts with its own file while queues are
/// in it that are not ours: what it is given here it takes instead of that file, and not beside it.
pub(super) fn conf(desired: &Desired, queue: Option<&str>) -> io::Result<String> {
    let of_others = queue.map_or_else(|| has_strangers(desired), |name| !desired.is_ours(name));
    if of_others {
        return not_found();
    }
    Xml::document("configuration", |xml| {
        xml.within("configuration", &[("name", "callcenter.conf")], |xml| {
            xml.empty("settings", &[])?;
            let queues: Vec<_> = queue.map_or_else(|| at_start(desired).collect(), |name| one(desired, name).into_iter().collect());
            xml.within("queues", &[], |xml| queues.into_iter().try_for_each(|queue| entry(xml, queue)))
        })
    })
}

/// The queue that is served by this name.
pub(super) fn one<'a>(desired: &'a Desired, name: &str) -> Option<&'a DesiredQueue> {
    desired.queue(name).filter(|queue| queue.managed)
}

/// The queues that are served when the module starts.
pub(super) fn at_start(desired: &Desired) -> impl Iterator<Item = &DesiredQueue> {
    desired.queues().filter(|_| !has_strangers(desired))
}

/// Every queue, for a switch that starts and gets no answer.
pub(super) fn file(desired: &Desired) -> io::Result<String> {
    Xml::include(|xml| {
        desired.queues().filter(|queue| queue.managed).try_for_each(|queue| {
            entry(xml, queue)?;
            xml.line()
        })
    })
}

fn has_strangers(desired: &Desired) -> bool {
    desired.queues().any(|queue| !queue.managed)
}

fn entry(xml: &mut Xml, queue: &DesiredQueue) -> io::Result<()> {
    xml.within("queue", &[("name", &queue.name.to_string())], |xml| {
        queue.params().iter().try_for_each(|(name, value)| xml.param(name, value))
    })
}
