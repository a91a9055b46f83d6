//! The application `callcenter`: a caller joins a queue, waits, and leaves it in one of five ways.

use super::super::cause::ORIGINATOR_CANCEL;
use super::super::events::Event;
use super::super::{ChanId, Core, args};
use super::{Member, Waiter};

const THREAD_POLL_MS: i64 = 500;

impl Core {
    pub(in super::super) fn join_queue(&mut self, id: ChanId, serial: u64, data: &str) {
        let Some(name) = args::separate(data, ' ', 6).first().cloned() else { return self.app_done(id, serial) };
        if !self.cc.loaded() {
            return self.hangup(id, super::super::cause::DESTINATION_OUT_OF_ORDER);
        }
        self.with_lock_free(Box::new(move |core| {
            core.with_queue(
                &name.clone(),
                Box::new(move |core, found| {
                    let here = core.channels.get(&id).is_some_and(|c| c.app_serial == serial && c.up());
                    match (here, found) {
                        (true, true) => core.joined(id, serial, &name),
                        (true, false) => core.app_done(id, serial),
                        (false, _) => {}
                    }
                }),
            );
        }));
    }

    fn joined(&mut self, id: ChanId, serial: u64, name: &str) {
        self.answer(id);
        let epoch = self.epoch_s();
        let fresh = self.new_uuid();
        let Some(queue) = self.cc.queues.get(name) else { return };
        let (resume, system_base) = (queue.abandoned_resume_allowed, queue.time_base_score.eq_ignore_ascii_case("system"));
        let ring = ["ring-all", "ring-progressively"].into_iter().find(|s| s.eq_ignore_ascii_case(&queue.strategy)).unwrap_or("");
        let Some(channel) = self.channels.get_mut(&id) else { return };
        let session_uuid = channel.uuid.clone();
        let (cid_name, cid_number) = (channel.profile.cid_name.clone(), channel.profile.cid_number.clone());
        let started = channel.times.answered / 1_000_000;
        let base_score = channel.var("cc_base_score").map_or(0, args::atoi) + if system_base { epoch - started } else { 0 };
        let abandoned = self
            .cc
            .members
            .iter_mut()
            .filter(|m| resume && m.queue == name && m.cid_number == cid_number && m.state == "Abandoned" && m.abandoned_epoch > 0)
            .max_by_key(|m| m.abandoned_epoch);
        let resumed = abandoned.is_some();
        let uuid = match abandoned {
            Some(row) => {
                row.session_uuid = session_uuid.clone();
                row.state = "Waiting";
                row.rejoined_epoch = epoch;
                row.uuid.clone()
            }
            None => fresh,
        };
        channel.set("cc_side", "member");
        channel.set("cc_member_uuid", &uuid);
        channel.unset("cc_agent_found");
        channel.unset("cc_agent_bridged");
        channel.set("cc_queue_joined_epoch", epoch);
        channel.set("cc_queue", name);
        let action = if resumed { "member-queue-resume" } else { "member-queue-start" };
        let mut event = self.member_event(id, "callcenter_function", name, action);
        self.add_member(&mut event, (&uuid, &session_uuid), (&cid_name, &cid_number));
        self.fire(event);
        if !resumed {
            self.cc.members.push(Member {
                queue: name.into(),
                uuid: uuid.clone(),
                session_uuid,
                cid_number,
                cid_name,
                system_epoch: started,
                joined_epoch: epoch,
                base_score,
                serving_agent: ring.into(),
                state: "Waiting",
                ..Member::default()
            });
        }
        self.members_count(name);
        self.cc.waiters.insert(
            id,
            Waiter {
                queue: name.into(),
                member_uuid: uuid,
                called_epoch: epoch,
                joined: self.now,
                app_serial: serial,
                connecting: false,
                overdue: false,
                agent_found: false,
            },
        );
        self.member_thread(id, serial);
        self.dispatch_soon();
    }

    /// An event of a member's channel.
    pub(super) fn member_event(&self, id: ChanId, function: &'static str, queue: &str, action: &str) -> Event {
        let mut event = self.cc_event(function);
        if let Some(channel) = self.channels.get(&id) {
            channel.describe(&mut event);
        }
        event.with("CC-Queue", queue).with("CC-Action", action)
    }

    /// Who the member is: row and channel, caller's name and number.
    pub(super) fn add_member(&self, event: &mut Event, ids: (&str, &str), cid: (&str, &str)) {
        event.add("CC-Member-UUID", ids.0);
        event.add("CC-Member-Session-UUID", ids.1);
        event.add("CC-Member-CID-Name", cid.0);
        event.add("CC-Member-CID-Number", cid.1);
    }

    /// The thread beside each waiting member: looks at its waiting times each half second.
    fn member_thread(&mut self, id: ChanId, serial: u64) {
        let Some(waiter) = self.cc.waiters.get(&id).filter(|w| w.app_serial == serial) else { return };
        let name = waiter.queue.clone();
        self.with_lock_free(Box::new(move |core| {
            core.with_queue(
                &name.clone(),
                Box::new(move |core, found| {
                    if !found || core.cc.waiters.get(&id).is_none_or(|w| w.app_serial != serial) {
                        return;
                    }
                    if let Some(reason) = core.waited_too_long(id, &name) {
                        return core.leave_queue(id, reason, true);
                    }
                    core.after(THREAD_POLL_MS, move |core| core.member_thread(id, serial));
                }),
            );
        }));
    }

    fn waited_too_long(&mut self, id: ChanId, name: &str) -> Option<&'static str> {
        let epoch = self.epoch_s();
        let queue = self.cc.queues.get(name)?;
        let waiter = self.cc.waiters.get_mut(&id)?;
        if waiter.agent_found {
            return None;
        }
        if queue.max_wait_time > 0 && epoch - waiter.called_epoch >= queue.max_wait_time {
            // While an agent rings the caller stays, however long.
            if !waiter.connecting {
                return Some("TIMEOUT");
            }
            waiter.overdue = true;
        }
        let (check, exist) = (queue.last_agent_exist_check, queue.last_agent_exist);
        let alone = check - exist;
        let limit = queue.max_wait_time_with_no_agent;
        if limit > 0 && check > exist && waiter.called_epoch <= check && alone >= limit {
            let grace = queue.max_wait_time_with_no_agent_time_reached;
            if grace <= 0 || check - waiter.called_epoch >= grace + limit {
                return Some("NO_AGENT_TIMEOUT");
            }
        }
        None
    }

    /// No agent is rung for this member any more; one whose time was over leaves.
    pub(super) fn no_longer_connecting(&mut self, id: ChanId) {
        let Some(waiter) = self.cc.waiters.get_mut(&id) else { return };
        waiter.connecting = false;
        if waiter.overdue && !waiter.agent_found {
            self.leave_queue(id, "TIMEOUT", true);
        }
    }

    /// A key of a waiting caller; one of `cc_exit_keys` ends the wait.
    pub(in super::super) fn member_key(&mut self, id: ChanId, digit: char) {
        let waiting = self.cc.waiters.get(&id).is_some_and(|w| !w.agent_found);
        let Some(channel) = self.channels.get_mut(&id) else { return };
        if waiting && channel.var("cc_exit_keys").is_some_and(|keys| keys.contains(digit)) {
            channel.set("cc_exit_key", digit);
            self.leave_queue(id, "EXIT_WITH_KEY", true);
        }
    }

    /// The channel hung up or goes elsewhere.
    pub(in super::super) fn member_left(&mut self, id: ChanId) {
        if let Some(waiter) = self.cc.waiters.get(&id) {
            let reason = if waiter.agent_found { "NONE" } else { "BREAK_OUT" };
            self.leave_queue(id, reason, false);
        }
    }

    /// The wait ends without an agent; `on` is whether the dialplan goes on.
    fn leave_queue(&mut self, id: ChanId, reason: &'static str, on: bool) {
        let Some(waiter) = self.cc.waiters.remove(&id) else { return };
        let epoch = self.epoch_s();
        let mut cid = (String::new(), String::new());
        if let Some(row) = self.cc.member(&waiter.member_uuid) {
            row.state = "Abandoned";
            row.session_uuid.clear();
            row.abandoned_epoch = epoch;
            cid = (row.cid_name.clone(), row.cid_number.clone());
        }
        let mut session = String::new();
        let polls = self.now.since(waiter.joined) / THREAD_POLL_MS + 1;
        if let Some(channel) = self.channels.get_mut(&id) {
            channel.unset("cc_agent_found");
            session = channel.uuid.clone();
            channel.destroy_not_before = Some(waiter.joined.plus_ms(polls * THREAD_POLL_MS));
        }
        let uuid = waiter.member_uuid.clone();
        self.after(0, move |core| core.hang_up_rung(&uuid, ORIGINATOR_CANCEL));
        let mut event = self
            .member_event(id, "callcenter_function", &waiter.queue, "member-queue-end")
            .with("CC-Member-Leaving-Time", epoch)
            .with("CC-Member-Joined-Time", waiter.called_epoch)
            .with("CC-Cause", "Cancel")
            .with("CC-Cancel-Reason", reason);
        self.add_member(&mut event, (&waiter.member_uuid, &session), (&cid.0, &cid.1));
        self.fire(event);
        if let Some(channel) = self.channels.get_mut(&id) {
            channel.set("cc_queue_canceled_epoch", epoch);
            channel.set("cc_cause", "cancel");
            channel.set("cc_cancel_reason", reason);
        }
        if let Some(queue) = self.cc.queues.get_mut(&waiter.queue) {
            queue.calls_abandoned += 1;
        }
        self.members_count(&waiter.queue);
        if on {
            self.app_done(id, waiter.app_serial);
        }
    }

    /// The wait ends with an agent: the application is over, the bridge comes.
    pub(super) fn member_answered(&mut self, id: ChanId) {
        let Some(waiter) = self.cc.waiters.remove(&id) else { return };
        let polls = self.now.since(waiter.joined) / THREAD_POLL_MS + 1;
        if let Some(channel) = self.channels.get_mut(&id) {
            channel.set("cc_cause", "answered");
            channel.destroy_not_before = Some(waiter.joined.plus_ms(polls * THREAD_POLL_MS));
            // The application ended, and the bridge takes the channel over.
            channel.app_serial += 1;
        }
        if let Some(queue) = self.cc.queues.get_mut(&waiter.queue) {
            queue.calls_answered += 1;
        }
        self.members_count(&waiter.queue);
    }
}

/// What goes wrong with the module's tables in earnest, and cannot be brought about from outside.
impl Core {
    /// The rows of a queue's callers are gone; the callers are not (trap 20).
    pub fn lose_rows(&mut self, queue: &str) {
        self.cc.members.retain(|member| member.queue != queue);
    }

    /// The thread that should have taken the row of a queue's caller away is gone, and so is the caller.
    pub fn leave_row(&mut self, queue: &str, state: &'static str, session_uuid: &str) {
        let (uuid, joined_epoch) = (self.new_uuid(), self.epoch_s());
        let (queue, session_uuid) = (queue.to_owned(), session_uuid.to_owned());
        self.cc.members.push(Member { queue, uuid, session_uuid, joined_epoch, state, ..Member::default() });
    }

    /// The thread that offers callers is gone.
    pub fn stop_offers(&mut self) {
        self.cc.stopped = true;
    }
}
