//! callcenter.conf: queues only. Agents and tiers go over the event socket, and loading one queue would load all that are here (trap 26).

use std::io;

use super::document::{Xml, not_found};
use crate::reconcile::{Desired, DesiredQueue};
use crate::switch::QueueName;

/// The document with every queue, for the module's start, or with the one that is loaded. What an account's domain does not have is no queue,
/// whatever the switch's own files say: one that was deleted may be in the snapshot for a while.
pub(super) fn conf(desired: &Desired, queue: Option<&str>) -> io::Result<String> {
    if queue.is_some_and(|name| QueueName::parse(name).is_none_or(|name| desired.domain(name.domain.as_str()).is_none())) {
        return not_found();
    }
    Xml::document("configuration", |xml| {
        xml.within("configuration", &[("name", "callcenter.conf")], |xml| {
            xml.empty("settings", &[])?;
            xml.within("queues", &[], |xml| served(desired, queue).try_for_each(|queue| entry(xml, queue)))
        })
    })
}

/// Every queue, for a switch that starts and gets no answer.
pub(super) fn file(desired: &Desired) -> io::Result<String> {
    Xml::include(|xml| {
        desired.queues().try_for_each(|queue| {
            entry(xml, queue)?;
            xml.line()
        })
    })
}

/// The queues of that document.
fn served<'a>(desired: &'a Desired, queue: Option<&str>) -> impl Iterator<Item = &'a DesiredQueue> {
    let one = queue.and_then(|name| desired.queue(name));
    let all = queue.is_none().then(|| desired.queues());
    all.into_iter().flatten().chain(one)
}

fn entry(xml: &mut Xml, queue: &DesiredQueue) -> io::Result<()> {
    xml.within("queue", &[("name", &queue.name.to_string())], |xml| {
        queue.params().iter().try_for_each(|(name, value)| xml.param(name, value))
    })
}
