//! Changes of one queue of an agent: joined, left, paused in, resumed in. The others stay as they are.
//!
//! Who is paused in a queue is not joined to it while it lasts, so that nothing of the queue is offered, and is joined again when it ends. The pause
//! of the agent itself is another matter: either is had without the other.

use super::{Agent, Change, Refusal};
use crate::domain::id::QueueId;
use crate::domain::queue::{Mode, Standing};
use crate::domain::text::Label;

impl Agent {
    /// Joins a queue, or ends the pause in it. A supervisor may join those of mode 2.
    ///
    /// # Errors
    /// [`Refusal::NotCheckedIn`], [`Refusal::QueueNotAllowed`], [`Refusal::OutsideHours`].
    pub fn join(&self, queue: QueueId, memberships: &[Standing], supervisor: bool) -> Result<Change, Refusal> {
        if !self.online() {
            return Err(Refusal::NotCheckedIn);
        }
        if self.joined.contains(&queue) {
            return Ok(Change::none(self));
        }
        self.may_join(queue, standing(memberships, queue), supervisor)?;
        let mut next = self.clone();
        next.paused_in.remove(&queue);
        let (mut joined, mut awaited) = (self.joined.clone(), self.awaited.clone());
        joined.insert(queue);
        awaited.remove(&queue);
        Ok(next.join_exactly(joined, awaited))
    }

    /// Leaves a queue; one that it is not joined to stays left.
    ///
    /// # Errors
    /// [`Refusal::AlwaysServes`] for one of mode 4.
    pub fn leave(&self, queue: QueueId, memberships: &[Standing]) -> Result<Change, Refusal> {
        let standing = standing(memberships, queue);
        if self.online() && standing.is_some_and(|one| one.mode() == Mode::Always) {
            return Err(Refusal::AlwaysServes(queue));
        }
        Ok(self.without(queue))
    }

    /// Pauses in a queue that it is joined to, or would be in its hours; paused in it already, the words change.
    ///
    /// # Errors
    /// [`Refusal::NotCheckedIn`], [`Refusal::NotJoined`].
    pub fn pause_in(&self, queue: QueueId, note: Option<Label>) -> Result<Change, Refusal> {
        if !self.online() {
            return Err(Refusal::NotCheckedIn);
        }
        if !(self.joined.contains(&queue) || self.awaited.contains(&queue) || self.paused_in.contains_key(&queue)) {
            return Err(Refusal::NotJoined(queue));
        }
        let Change { mut after, events } = self.without(queue);
        after.paused_in.insert(queue, note);
        Ok(Change { after, events })
    }

    /// Ends the pause in a queue: joins it again, or will when its hours begin. One that it is not paused in stays as it is.
    ///
    /// # Errors
    /// [`Refusal::PausedInAll`] while the agent itself is paused.
    pub fn resume_in(&self, queue: QueueId, memberships: &[Standing]) -> Result<Change, Refusal> {
        if self.pause_id.is_some() {
            return Err(Refusal::PausedInAll);
        }
        Ok(self.resumed_in(&[queue], memberships))
    }

    /// Ends the pause and those in each queue.
    #[must_use]
    pub fn resume_everywhere(&self, memberships: &[Standing]) -> Change {
        let Change { after, mut events } = self.resume();
        let queues: Vec<_> = after.paused_in.keys().copied().collect();
        let resumed = after.resumed_in(&queues, memberships);
        events.extend(resumed.events);
        Change { after: resumed.after, events }
    }

    fn resumed_in(&self, queues: &[QueueId], memberships: &[Standing]) -> Change {
        let mut next = self.clone();
        let (mut joined, mut awaited) = (self.joined.clone(), self.awaited.clone());
        for queue in queues {
            if next.paused_in.remove(queue).is_none() {
                continue;
            }
            let Some(one) = standing(memberships, *queue).filter(|one| one.mode() != Mode::Off) else { continue };
            match &one.closed {
                None => drop(joined.insert(*queue)),
                Some(_) if one.mode().joins_at_check_in() => drop(awaited.insert(*queue)),
                Some(_) => {}
            }
        }
        next.join_exactly(joined, awaited)
    }

    /// Neither joined to a queue, nor waiting for its hours, nor paused in it.
    fn without(&self, queue: QueueId) -> Change {
        let (mut joined, mut awaited) = (self.joined.clone(), self.awaited.clone());
        joined.remove(&queue);
        awaited.remove(&queue);
        let mut change = self.join_exactly(joined, awaited);
        change.after.paused_in.remove(&queue);
        change
    }
}

fn standing(memberships: &[Standing], queue: QueueId) -> Option<&Standing> {
    memberships.iter().find(|one| one.queue_id() == queue)
}

#[cfg(test)]
#[path = "one_queue_tests.rs"]
mod tests;
