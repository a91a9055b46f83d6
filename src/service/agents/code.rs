//! Check-in by phone: a code that the agent dials.
//!
//! The code is decided and committed while FreeSWITCH asks for the dialplan, so that the tone which that answer plays tells the truth. The
//! switch may ask again for the same channel; it then hears the same.

use super::check_in::{CheckIn, Entered};
use super::{Live, Worked, agent_user};
use crate::clock::Millis;
use crate::domain::event::Source;
use crate::domain::{Account, AccountId, DeviceId, UserId};
use crate::service::access::Caller;
use crate::service::{Error, Result, Service};
use crate::store::checkin_code::{New, Redeemed};
use crate::store::{self, Conn};

/// How long a code may be used, in milliseconds.
const LIVES_MS: i64 = 5 * 60 * 1_000;
/// How many codes are tried when those before are in use.
const TRIES: usize = 20;
/// What a code is dialled after.
const PREFIX: &str = "**";

/// What a phone that dialled a code is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The agent is checked in on this phone.
    CheckedIn,
    /// It will be when the call that stands in the way ends.
    AfterCall,
    /// Nothing has changed.
    Refused(Why),
}

/// Why a code did nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// There is no such code, it was used, or it is too old.
    WrongCode,
    /// This phone has dialled too many wrong ones.
    TooManyWrong,
    /// The user is checked in elsewhere, another agent is here, or one of them is in a call.
    InTheWay,
    /// The user cannot check in: not active, or no agent.
    NotAnAgent,
    /// The switch or the database failed; it can be tried again.
    Failed,
}

impl Outcome {
    /// Whether the code did, or will do, what it says.
    pub fn is_done(self) -> bool {
        matches!(self, Self::CheckedIn | Self::AfterCall)
    }

    /// As it is kept with the code.
    fn word(self) -> &'static str {
        match self {
            Self::CheckedIn => "checked_in",
            Self::AfterCall => "after_call",
            Self::Refused(Why::WrongCode) => "wrong_code",
            Self::Refused(Why::TooManyWrong) => "too_many_wrong",
            Self::Refused(Why::InTheWay) => "in_the_way",
            Self::Refused(Why::NotAnAgent) => "not_an_agent",
            Self::Refused(Why::Failed) => "failed",
        }
    }

    fn from_word(word: &str) -> Self {
        let all = [Self::CheckedIn, Self::AfterCall, Self::Refused(Why::InTheWay), Self::Refused(Why::NotAnAgent)];
        all.into_iter().find(|outcome| outcome.word() == word).unwrap_or(Self::Refused(Why::WrongCode))
    }
}

impl Service {
    /// A code `**NNNN` for a user (none: the caller) to dial from the phone that it wants to check in on.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Away`]; [`Error::Conflict`] for a user that is no agent; [`Error::Busy`] when too
    /// many codes are in use.
    pub async fn check_in_code(&self, caller: &Caller, user: Option<UserId>, force: bool) -> Result<String> {
        let user = caller.acts_on(user)?;
        self.switch().hands()?;
        if self.switch().away() {
            return Err(Error::Away);
        }
        let account = caller.account.clone();
        agent_user(&mut *self.store().read().await?, &account, user).await?;
        let now = self.clock().now();
        for _ in 0..TRIES {
            let code = format!("{:04}", rand::random_range(0..10_000));
            let new = New { account_id: account.id, user_id: user, code: code.clone(), force, expires_at: now.plus_ms(LIVES_MS) };
            let made: Result<(), store::Error> =
                self.store().write(move |conn| Box::pin(async move { store::checkin_code::create(conn, &new, now).await })).await;
            match made {
                Ok(()) => return Ok(format!("{PREFIX}{code}")),
                Err(store::Error::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Busy)
    }

    /// A phone has dialled `dialled`, which begins with `**`; `channel` is its UUID. What a channel was told once it is told again.
    ///
    /// Waits for the switch and for the commit, a few milliseconds; never fails, as there is always something to tell.
    pub async fn redeem(&self, device: DeviceId, dialled: &str, channel: &str) -> Outcome {
        let account = self.reconciler().desired().device(device).map(|(account, _)| account.account.id);
        let (Some(account), Some(code)) = (account, dialled.strip_prefix(PREFIX)) else {
            return Outcome::Refused(Why::WrongCode);
        };
        match self.try_redeem(device, account, code, channel).await {
            Ok(outcome) => outcome,
            Err(error) => {
                tracing::warn!(%device, %error, "a check-in code could not be decided");
                Outcome::Refused(Why::Failed)
            }
        }
    }

    async fn try_redeem(&self, device: DeviceId, account: AccountId, code: &str, channel: &str) -> Result<Outcome> {
        let now = self.clock().now();
        let (found, account) = {
            let mut conn = self.store().read().await?;
            let found = store::checkin_code::find(&mut conn, account, code).await?;
            (found, store::account::get(&mut conn, account).await?.ok_or(Error::NotFound("account"))?)
        };
        let redeemed = found.as_ref().and_then(|found| found.redeemed.as_ref());
        if let Some(before) = redeemed.filter(|redeemed| redeemed.channel == channel) {
            return Ok(Outcome::from_word(&before.outcome));
        }
        if self.0.wrong_codes.blocked(device, now) {
            return Ok(Outcome::Refused(Why::TooManyWrong));
        }
        let Some(found) = found.filter(|found| found.redeemed.is_none() && found.expires_at > now) else {
            self.0.wrong_codes.wrong(device, now);
            return Ok(Outcome::Refused(Why::WrongCode));
        };
        let check_in = CheckIn { account, user: found.user_id, device, force: found.force, source: Source::Phone };
        let redeem = Redeem { check_in, code: code.to_owned(), channel: channel.to_owned() };
        match self.perform(redeem.clone()).await {
            Ok(outcome) => Ok(outcome),
            Err(Error::Refused(_)) => self.refuse(redeem, Outcome::Refused(Why::InTheWay)).await,
            Err(Error::NotAnAgent) => self.refuse(redeem, Outcome::Refused(Why::NotAnAgent)).await,
            Err(error) => Err(error),
        }
    }

    /// A code that was refused is used up too, and its channel hears the same again.
    async fn refuse(&self, redeem: Redeem, outcome: Outcome) -> Result<Outcome> {
        let now = self.clock().now();
        let noted = self.store().write(move |conn| Box::pin(async move { redeem.also(conn, &outcome, now).await }));
        match noted.await {
            // Another phone was faster, or the same one asked twice at once: the code is used up all the same.
            Ok(()) | Err(store::Error::Stale) => Ok(outcome),
            Err(error) => Err(error.into()),
        }
    }
}

/// A check-in that uses a code up, in the same commit.
#[derive(Clone, Debug)]
struct Redeem {
    check_in: CheckIn,
    code: String,
    channel: String,
}

impl Live for Redeem {
    type Answer = Outcome;

    fn account(&self) -> &Account {
        &self.check_in.account
    }

    fn source(&self) -> Source {
        Source::Phone
    }

    async fn work(&self, service: &Service, conn: &mut Conn) -> Result<Worked<Outcome>> {
        // Looked at again: somebody else may have used it while this was being worked out.
        let found = store::checkin_code::find(conn, self.check_in.account.id, &self.code).await?;
        if let Some(redeemed) = found.and_then(|found| found.redeemed) {
            let told =
                if redeemed.channel == self.channel { Outcome::from_word(&redeemed.outcome) } else { Outcome::Refused(Why::WrongCode) };
            return Ok(Worked::nothing(told));
        }
        let Worked { changes, answer, commit } = self.check_in.work(service, conn).await?;
        let answer = match answer {
            Entered::Now => Outcome::CheckedIn,
            Entered::AfterCall => Outcome::AfterCall,
        };
        Ok(Worked { changes, answer, commit })
    }

    async fn also(&self, conn: &mut Conn, told: &Outcome, now: Millis) -> Result<(), store::Error> {
        let by = Redeemed { channel: self.channel.clone(), outcome: told.word().to_owned() };
        let used = store::checkin_code::redeem(conn, self.check_in.account.id, &self.code, &by, now).await?;
        if used { Ok(()) } else { Err(store::Error::Stale) }
    }
}
