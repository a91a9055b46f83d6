//! Wrap-up. mod_callcenter has no such state: it offers an agent nothing for `wrap_up_time` after a bridge, or before `ready_time`.
//!
//! So a wrap-up that the API set turns the module's rule off (`wrap_up_time` 0) and sets `ready_time` to its end, which cuts it short as well
//! as it makes it longer. The rule is turned on again at the next bridge ([`crate::service::news`]), or when it would no longer hold for the old
//! call ([`super::due`]), whichever comes first.

use super::{Live, Worked, agent_user};
use crate::clock::Millis;
use crate::domain::account::Overrides;
use crate::domain::agent::{Change, Refusal};
use crate::domain::agent_span::{SpanChange, wrap_up_after_call};
use crate::domain::call::LegId;
use crate::domain::event::AgentEvent;
use crate::domain::{Account, AccountId, Agent, UserId};
use crate::service::access::Caller;
use crate::service::{Error, Result, Service};
use crate::store::{self, Conn};

/// The longest wrap-up, in seconds.
const SECONDS_MAX: u32 = 86_400;

/// An agent's wrap-up ends so many seconds from now, or is extended.
#[derive(Clone, Debug)]
pub(super) struct WrapUp {
    /// Its account.
    pub account: Account,
    /// Who.
    pub user: UserId,
    /// From now; 0 ends it; none adds the user's own wrap-up time to what is left.
    pub seconds: Option<u32>,
    /// By the switch's clock, with which `ready_time` is compared (trap 24).
    pub now: Millis,
}

impl Service {
    /// Sets when the wrap-up of a user (none: the caller) ends.
    ///
    /// # Errors
    /// [`Error::Refused`] when it is not checked in, or was extended as often as it may; and those of every live verb.
    pub async fn wrap_up(&self, caller: &Caller, user: Option<UserId>, seconds: Option<u32>) -> Result<()> {
        let user = caller.acts_on(user)?;
        if seconds.is_some_and(|seconds| seconds > SECONDS_MAX) {
            return Err(Error::invalid("seconds", format!("must be at most {SECONDS_MAX}")));
        }
        let now = self.switch().epoch_s().await.map(|epoch_s| Millis(epoch_s * 1_000)).map_err(|_| Error::Away)?;
        self.perform(WrapUp { account: caller.account.clone(), user, seconds, now }).await
    }

    /// Notes the wrap-up after the queue call of an agent with this leg, which has ended: by the end of the leg as it was committed, which is where the
    /// module's own rule counts from. No other call's end is one of a queue call, and none comes of a caller who was not put through.
    pub(in crate::service) async fn note_wrap_up(&self, account: &Account, user: UserId, leg: &LegId) -> Result<()> {
        let (id, defaults, now) = (account.id, account.settings.defaults, self.clock().now());
        let call = store::last::queue_call(&mut *self.store().read().await?, id, user, Some(leg), now).await?;
        let Some(ended) = call.and_then(|call| call.ended_at) else { return Ok(()) };
        self.0.recent.ended(user, ended);
        let job = self.store().write(move |conn| {
            Box::pin(async move {
                let begun = wrap_up_begun(conn, id, defaults, user, ended).await?;
                let is_news = store::agent_span::apply(conn, id, user, begun.as_slice()).await?;
                if let Some(SpanChange::WrapUpAfterCall { at, until }) = begun.filter(|_| is_news) {
                    let told = AgentEvent::WrapUp { user_id: user, ends_at: until.epoch_s() };
                    store::event::append(conn, &[told.at(id, at)]).await?;
                }
                Ok::<_, Error>(())
            })
        });
        job.await?;
        self.look_at_the_time();
        Ok(())
    }

    /// Tells the ends of wrap-ups that are over at `now`, each once, and gives when the next one is.
    pub(super) async fn tell_wrap_ups_over(&self, account: AccountId, now: Millis) -> Result<Option<Millis>> {
        let ends = store::agent_span::ends_to_tell(&mut *self.store().read().await?, account).await?;
        let next = ends.iter().map(|(_, ends)| *ends).find(|ends| *ends > now);
        let over: Vec<_> = ends.into_iter().take_while(|(_, ended)| *ended <= now).collect();
        if !over.is_empty() {
            let job = self.store().write(move |conn| {
                Box::pin(async move {
                    for (user_id, ended) in over {
                        if store::agent_span::end_is_told(conn, account, user_id, ended).await? {
                            let told = AgentEvent::WrapUp { user_id, ends_at: ended.epoch_s() };
                            store::event::append(conn, &[told.at(account, ended)]).await?;
                        }
                    }
                    Ok::<_, store::Error>(())
                })
            });
            job.await?;
        }
        Ok(next)
    }
}

/// How much longer than its time mod_callcenter's own rule may hold, in milliseconds: it counts in whole seconds, by its own clock.
const RULE_LATE_MS: i64 = 2_000;

/// From when on the module's rule no longer holds for the last call, so that it may be turned on again after the API set a wrap-up: none while there
/// is nothing to turn on, or a call that it is to hold after.
pub(super) async fn rule_due(conn: &mut Conn, account: &Account, agent: &Agent, now: Millis) -> Result<Option<Millis>, store::Error> {
    let Some(until) = agent.wrap_up_until else { return Ok(None) };
    let Some(user) = store::user::get(conn, account.id, agent.user_id).await? else { return Ok(None) };
    let own_s = user.settings.overrides.or(account.settings.defaults).wrap_up_time.unwrap_or(0);
    Ok(match store::last::queue_call(conn, account.id, agent.user_id, None, now).await? {
        Some(call) => call.ended_at.map(|ended| later(ended, own_s).max(until).plus_ms(RULE_LATE_MS)),
        None => Some(until.plus_ms(RULE_LATE_MS)),
    })
}

/// The wrap-up after a user's queue call that ended at `ended`.
async fn wrap_up_begun(
    conn: &mut Conn,
    account: AccountId,
    defaults: Overrides,
    user: UserId,
    ended: Millis,
) -> Result<Option<SpanChange>, store::Error> {
    let Some(row) = store::user::get(conn, account, user).await? else { return Ok(None) };
    let own_s = row.settings.overrides.or(defaults).wrap_up_time.unwrap_or(0);
    Ok(wrap_up_after_call(&store::agent::get(conn, account, user).await?, ended, own_s))
}

impl Live for WrapUp {
    type Answer = ();

    fn account(&self) -> &Account {
        &self.account
    }

    async fn work(&self, service: &Service, conn: &mut Conn) -> Result<Worked<()>> {
        let user = agent_user(conn, &self.account, self.user).await?;
        let agent = store::agent::get(conn, self.account.id, self.user).await?;
        if !agent.online() {
            return Err(Refusal::NotCheckedIn.into());
        }
        let set = user.settings.overrides.or(self.account.settings.defaults);
        let own_s = set.wrap_up_time.unwrap_or(0);
        let now = self.now;
        let runs_until = runs_until(&agent, service.0.recent.end_of(self.user), own_s).filter(|&until| until > now);
        let until = match self.seconds {
            Some(seconds) => later(now, seconds),
            None => later(runs_until.unwrap_or(now), own_s),
        };
        // Nothing to end, or nothing to add. Of a call that ended unheard, before a restart, nothing is known: there may be something to end.
        let unheard = own_s > 0 && service.0.recent.end_of(self.user).is_none();
        if runs_until.is_none() && until <= now && !unheard {
            return Ok(Worked::nothing(()));
        }
        let extends = runs_until.is_some_and(|runs_until| until > runs_until);
        if extends && set.max_snooze.is_some_and(|most| agent.snoozes >= most) {
            return Err(Refusal::SnoozesUsedUp.into());
        }
        let snoozes = agent.snoozes + u32::from(extends);
        let after = Agent { wrap_up_until: Some(until), snoozes, ..agent.clone() };
        let told = AgentEvent::WrapUp { user_id: self.user, ends_at: until.max(now).epoch_s() };
        Ok(Worked::one(agent, Change { after, events: vec![told] }, ()))
    }
}

/// Until when a wrap-up runs or ran: what the API set, else the module's own rule.
pub(super) fn runs_until(agent: &Agent, call_ended_at: Option<Millis>, own_s: u32) -> Option<Millis> {
    agent.wrap_up_until.or_else(|| call_ended_at.map(|ended| later(ended, own_s)))
}

fn later(from: Millis, seconds: u32) -> Millis {
    from.plus_ms(i64::from(seconds) * 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_api_set_counts_before_the_modules_rule() {
        let agent = Agent::new(AccountId(1), UserId(1));
        assert_eq!(runs_until(&agent, None, 30), None);
        assert_eq!(runs_until(&agent, Some(Millis(1_000)), 30), Some(Millis(31_000)));
        let set = Agent { wrap_up_until: Some(Millis(5)), ..agent };
        assert_eq!(runs_until(&set, Some(Millis(1_000)), 30), Some(Millis(5)));
    }
}
