//! What is kept of a leg.

use super::{Leg, Stay, Stays};
use crate::clock::Millis;
use crate::domain::call::data::CallData;
use crate::domain::call::fact::{CallType, Direction, LegId, LegInfo, Role};
use crate::domain::call::milestone::Milestone;
use crate::domain::event::Fields;
use crate::domain::id::{AccountId, DeviceId, QueueId, UserId};
use crate::domain::recording::{Recorded, RecordingFile};

/// A leg that somebody was told of, for the history and for ccgate's next start.
#[derive(Clone, Debug, PartialEq)]
pub struct LegRecord {
    /// Its UUID.
    pub id: LegId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The call's first leg; itself when it is that.
    pub call_id: LegId,
    /// Its part in a queue call.
    pub side: Option<Role>,
    /// As in the document's table.
    pub call_type: Option<CallType>,
    /// Who began it.
    pub direction: Option<Direction>,
    /// Who is at its end.
    pub user_id: Option<UserId>,
    /// The phone at its end.
    pub device_id: Option<DeviceId>,
    /// Whether it was called through a gateway.
    pub outside: bool,
    /// Of a queue call.
    pub queue_id: Option<QueueId>,
    /// As originate was given it.
    pub lead_id: Option<String>,
    /// As in its last event.
    pub cid_num: Option<String>,
    /// As in its last event.
    pub dst_num: Option<String>,
    /// When it came to be, by the switch's clock, as the other times.
    pub started_at: Millis,
    /// When its phone rang.
    pub rang_at: Option<Millis>,
    /// As in `call:answer`.
    pub answered_at: Option<Millis>,
    /// When it ended.
    pub ended_at: Option<Millis>,
    /// FreeSWITCH's name.
    pub hangup_cause: Option<String>,
    /// The file that it is recorded in.
    pub recording: Option<RecordingFile>,
    /// The events that were told: 1 `call:start`, 2 `call:ring`, 4 `call:answer`, 8 `call:end`.
    pub told: u8,
    /// Whether something of it was worked out after a gap.
    pub reconciled: bool,
    /// The fields of its last event.
    pub data: Fields,
    /// Its stays in queues, in order.
    pub stays: Vec<Stay>,
}

impl Leg {
    /// What is to be kept of it; nothing of a leg that nobody was told of.
    pub fn record(&self) -> Option<LegRecord> {
        let last = Milestone::ALL.into_iter().rev().find(|milestone| self.is_told(*milestone))?;
        let account_id = self.account_id().filter(|_| !self.info.is_code())?;
        let reached = Milestone::ALL.map(|milestone| self.reached(milestone));
        let told_at = self.reached(last).unwrap_or_default();
        let data: CallData = self.data(last, told_at);
        Some(LegRecord {
            id: self.id.clone(),
            account_id,
            call_id: self.call_id().clone(),
            side: self.info.role,
            call_type: data.r#type,
            direction: self.info.direction,
            user_id: self.info.user_id,
            device_id: self.info.device_id,
            outside: self.info.outside == Some(true),
            queue_id: data.queue_id,
            data: Fields::of(&data),
            lead_id: data.lead_id,
            cid_num: data.cid_num,
            dst_num: data.dst_num,
            started_at: self.times.created_at.or(reached.into_iter().flatten().min()).unwrap_or(told_at),
            rang_at: self.rang_at,
            answered_at: self.answered_at(),
            ended_at: self.ended.as_ref().map(|end| end.at),
            hangup_cause: self.ended.as_ref().map(|end| end.cause.clone()),
            recording: self.info.recording().filter(|file| file.account() == account_id).cloned(),
            told: self.told,
            reconciled: self.reconciled,
            stays: self.stays().to_vec(),
        })
    }

    /// A leg of which only the record is left, without its state: enough to tell its end.
    pub fn of_record(record: &LegRecord) -> Self {
        let info = LegInfo {
            account_id: Some(record.account_id),
            call_type: record.call_type,
            role: record.side,
            direction: record.direction,
            call_id: Some(record.call_id.clone()).filter(|call| *call != record.id),
            device_id: record.device_id,
            user_id: record.user_id,
            queue_id: record.queue_id,
            lead_id: record.lead_id.clone(),
            outside: Some(record.outside),
            recorded: record.recording.clone().map(Recorded::In),
            ..LegInfo::default()
        };
        let mut leg =
            Self { info, told: record.told, reconciled: record.reconciled, rang_at: record.rang_at, ..Self::new(record.id.clone()) };
        leg.times.created_at = Some(record.started_at);
        leg.times.answered_at = record.answered_at;
        leg.stays = Stays::from(record.stays.clone());
        leg.answered_before = leg.stays.joined_at().zip(record.answered_at).is_some_and(|(joined, answered)| answered < joined);
        leg
    }
}
