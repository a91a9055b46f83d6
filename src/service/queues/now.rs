//! What happens in queues now.

use jiff::tz::TimeZone;

use crate::domain::extension::{Kind, Target};
use crate::domain::queue::Strategy;
use crate::domain::stats::Period;
use crate::domain::text::Label;
use crate::domain::{Permission, QueueId};
use crate::service::access::Caller;
use crate::service::agents::state::AgentNow;
use crate::service::stats::QueueReport;
use crate::service::{Error, Result, Service};
use crate::store::{self, Page};
use crate::switch::QueueName;

/// A queue now.
#[derive(Clone, Debug)]
pub struct QueueState {
    /// Which.
    pub id: QueueId,
    /// Its first internal number, else its id.
    pub number: String,
    /// Its name.
    pub name: Label,
    /// Who is offered the next call.
    pub strategy: Strategy,
    /// Who waits, the longest first.
    pub waiting: Vec<Waiting>,
    /// Who is joined to it, or paused in it.
    pub agents: Vec<AgentNow>,
}

/// A caller whom no agent has answered.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Its number.
    pub number: String,
    /// Its name.
    pub name: String,
    /// How long it waits, in seconds.
    pub wait_s: i64,
}

impl Service {
    /// What happens in a queue now, or in each. The switch says who waits.
    ///
    /// # Errors
    /// [`Error::Permission`], [`Error::NotFound`]; [`Error::Away`] when the switch does not say.
    pub async fn queues_now(&self, caller: &Caller, one: Option<QueueId>) -> Result<Vec<QueueState>> {
        caller.require(Permission::Queues)?;
        let account = &caller.account;
        let queues = {
            let mut conn = self.store().read().await?;
            match one {
                Some(id) => vec![store::queue::get(&mut conn, account.id, id).await?.ok_or(Error::NotFound("queue"))?],
                None => store::queue::list(&mut conn, account.id, &store::queue::Filter::default(), Page::default()).await?,
            }
        };
        let callers = self.switch().callers().await.map_err(|_| Error::Away)?;
        let now_s = self.switch().epoch_s().await.map_err(|_| Error::Away)?;
        let floor = self.floor(account).await?;
        let desired = self.reconciler().desired();
        let mut states = Vec::with_capacity(queues.len());
        for queue in queues {
            let known = desired.account(account.id).map(|known| known.queue_name(queue.id));
            let name = known.unwrap_or_else(|| QueueName::new(queue.id, &account.domain)).to_string();
            let mut waiting: Vec<_> = callers.members.iter().filter(|member| member.queue == name && member.waits()).collect();
            waiting.sort_by_key(|member| member.joined_s);
            let waiting = waiting.into_iter().map(|member| Waiting {
                number: member.number.clone(),
                name: member.name.clone(),
                wait_s: (now_s - member.joined_s).max(0),
            });
            states.push(QueueState {
                id: queue.id,
                number: floor.number_of_queue(queue.id),
                waiting: waiting.collect(),
                agents: self.agents_in(&floor, account, queue.id).await?,
                name: queue.name,
                strategy: queue.settings.strategy,
            });
        }
        Ok(states)
    }

    /// The figures of a queue, or of each, since the day began in the account's time zone; with each its first internal number, else its id.
    ///
    /// # Errors
    /// As [`Service::queue_stats`].
    pub async fn queues_today(&self, caller: &Caller, one: Option<QueueId>) -> Result<Vec<(String, QueueReport)>> {
        let (now, zone) = (self.clock().now(), &caller.account.settings.timezone);
        let unknown = |why: &dyn std::fmt::Display| Error::Internal(format!("the account's time zone {zone}: {why}"));
        let zone = TimeZone::get(zone).map_err(|why| unknown(&why))?;
        // With this very millisecond, so that a day that begins now is one.
        let today = Period::day_of(now, &zone).and_then(|began| Period::new(began, now.plus_ms(1), None, &zone));
        let reports = self.queue_stats(caller, one.as_ref().map(std::slice::from_ref), &today.map_err(|why| unknown(&why))?).await?;
        let mut conn = self.store().read().await?;
        let mut rows = Vec::with_capacity(reports.len());
        for report in reports.into_iter().filter(|report| report.name.is_some()) {
            let extensions = store::extension::by_target(&mut conn, caller.account_id(), Target::Queue(report.id)).await?;
            let number = extensions.iter().find(|extension| extension.kind == Kind::Internal);
            rows.push((number.map_or_else(|| report.id.to_string(), |extension| extension.number.to_string()), report));
        }
        Ok(rows)
    }
}
