//! What is told of a leg.

use super::Leg;
use crate::clock::Millis;
use crate::domain::call::data::CallData;
use crate::domain::call::fact::{CallType, Direction, LegInfo, Role};
use crate::domain::call::milestone::Milestone;
use crate::domain::event::{Fields, NewEvent};

impl Leg {
    pub(super) fn event(&self, milestone: Milestone, at: Millis, reconciled: bool) -> Option<NewEvent> {
        if self.info.is_code() {
            return None;
        }
        let account_id = self.account_id()?;
        let data = Fields::of(&self.data(milestone, at));
        Some(NewEvent { account_id, name: milestone.name(), at, order_key: self.call_id().to_string(), reconciled, data })
    }

    pub(super) fn data(&self, milestone: Milestone, at: Millis) -> CallData {
        let info = &self.info;
        let call_id = self.call_id().clone();
        let own = (info.device_id, info.user_id);
        let other = self.first.as_deref().filter(|_| call_id != self.id);
        let (src, dst) = if call_id == self.id {
            (own, self.peer.unwrap_or_default())
        } else {
            let (device, user) = other.map(|first| (first.device_id, first.user_id)).unwrap_or_default();
            ((device, info.src_user_id.or(user)), own)
        };
        let first = other.unwrap_or(info);
        let text = |own: &Option<String>, firsts: &Option<String>| own.clone().or_else(|| firsts.clone());
        let dst_num = info.dst_num.clone().or_else(|| text(&first.dst_num, &first.dialled)).or_else(|| info.dialled.clone());
        let created_at = self.times.created_at.unwrap_or(at);
        let call_type = self.call_type(first);
        let over = matches!(milestone, Milestone::Answer | Milestone::End);
        let ended = self.ended.as_ref().filter(|_| milestone == Milestone::End);
        let answered_at = self.answered_at();
        let unserved = self.is_queue_caller() && self.stays.served_at().is_none();
        CallData {
            id: self.id.clone(),
            call_id,
            ts: at.epoch_s(),
            site_id: info.site_id.or(first.site_id),
            r#type: call_type,
            dst_num,
            src_device_id: src.0,
            dst_device_id: dst.0,
            src_user_id: src.1,
            dst_user_id: dst.1,
            cid_num: info.cid_num.clone(),
            cid_name: info.cid_name.clone(),
            a2: text(&info.a2, &first.a2),
            tags: text(&info.tags, &first.tags),
            queue_id: info.queue_id.or(first.queue_id).filter(|_| call_type == Some(CallType::Queue)),
            lead_id: text(&info.lead_id, &first.lead_id),
            lead_name: text(&info.lead_name, &first.lead_name),
            campaign_id: text(&info.campaign_id, &first.campaign_id),
            dialer_id: text(&info.dialer_id, &first.dialer_id),
            conference_id: text(&info.conference_id, &first.conference_id),
            call_script: text(&info.call_script, &first.call_script),
            waitms: over.then(|| answered_at.unwrap_or(at).since(created_at)),
            durationms: ended.map(|end| end.at.since(created_at)),
            progressms: self.progress_at().map(|progress| progress.since(created_at)),
            billms: ended.map(|end| answered_at.map_or(0, |answered| end.at.since(answered))),
            cc_wait: self.waited_until(at).filter(|_| over).map(|ms| ms / 1000),
            hangup_cause: ended.map(|end| end.cause.clone()),
            canceled: ended.filter(|_| unserved).map(|_| self.stays.last_left().map_or("NONE", |(how, _)| how.canceled())),
        }
    }

    /// How long a queue's caller waited, in milliseconds: until an agent, until it left, or until now.
    fn waited_until(&self, at: Millis) -> Option<i64> {
        let joined_at = self.stays.joined_at()?;
        let until = self.stays.served_at().or(self.stays.last_left().map(|(_, left_at)| left_at)).unwrap_or(at);
        Some(until.since(joined_at))
    }

    fn call_type(&self, first: &LegInfo) -> Option<CallType> {
        let queue = self.is_queue_caller() || self.info.role == Some(Role::Agent);
        let by_direction = || {
            Some(match self.info.direction? {
                Direction::Inbound => CallType::Inbound,
                Direction::Outbound => CallType::Outbound,
            })
        };
        if queue { Some(CallType::Queue) } else { self.info.call_type.or(first.call_type).or_else(by_direction) }
    }
}
