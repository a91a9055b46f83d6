//! Rows for what was found on a switch.

use std::collections::BTreeMap;

use crate::domain::device::{A1Hash, Line, Ring};
use crate::domain::kept::{KeptName, KeptQueue};
use crate::domain::number::SipUser;
use crate::domain::queue::Mode;
use crate::domain::text::Label;
use crate::domain::{Account, Membership, QueueId, SwitchId, UserId};
use crate::reconcile::found::{Found, FoundAgent, FoundQueue};
use crate::reconcile::{DesiredAccount, DesiredTier};
use crate::service::password::Passwords;
use crate::service::secret::Secret;
use crate::service::users::{draft, new_row, set_password};
use crate::service::{Error, Result};
use crate::store::{self, Conn, Store};
use crate::switch::contact::Phone;

/// What was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Users, each an agent.
    pub agents: usize,
    /// Queues.
    pub queues: usize,
    /// Phones.
    pub devices: usize,
}

/// Makes what was found rows of an account: users without a password that anybody knows, their phones, queues that are not managed yet, and who
/// serves them. All of it or nothing; once more makes what has come since, and takes over how the queues that are not managed are now.
///
/// # Errors
/// [`Error::Conflict`] for a username that is in use on the box.
pub async fn import(store: &Store, switch: SwitchId, account: &DesiredAccount, found: Found) -> Result<Imported> {
    let password = format!("Aa1{}", Secret::new_device_password().expose());
    let hashes = Passwords::default().hash(password).await?;
    let now = store.clock().now();
    let own = own_names(account, &found);
    let account = account.account.clone();
    let made = store.write(move |conn| {
        Box::pin(async move {
            let mut rows = Rows { switch, account: &account, made: Imported::default() };
            store::kept::ids_from(conn, account.id, UserId(found.numbers.0), QueueId(found.numbers.1)).await?;
            for (user, name) in &own.0 {
                store::kept::add_agent(conn, switch, account.id, *user, name).await?;
            }
            for (queue, name) in own.1 {
                store::kept::add_queue(conn, switch, account.id, queue, &KeptQueue { name, owned: true }).await?;
            }
            for agent in &found.agents {
                let mut user = draft(account.id, label(agent.name.short())?, now);
                set_password(&mut user, hashes.clone());
                rows.agent(conn, user, agent).await?;
            }
            for phone in &found.phones {
                rows.device(conn, &Phone::Sip(phone.clone()), None).await?;
            }
            for queue in &found.queues {
                rows.queue(conn, queue).await?;
            }
            rows.tiers(conn, &found.tiers).await?;
            Ok::<_, Error>(rows.made)
        })
    });
    made.await
}

type Own = (Vec<(UserId, KeptName)>, Vec<(QueueId, KeptName)>);

/// What the account has by now keeps the names that it has: a smaller number is a stranger's from now on.
fn own_names(account: &DesiredAccount, found: &Found) -> Own {
    let kept = |name: String| name.parse::<KeptName>().ok();
    let agents = found.own.0.iter().filter_map(|user| Some((*user, kept(account.agent_name(*user).to_string())?)));
    let queues = found.own.1.iter().filter_map(|queue| Some((*queue, kept(account.queue_name(*queue).to_string())?)));
    (agents.collect(), queues.collect())
}

struct Rows<'a> {
    switch: SwitchId,
    account: &'a Account,
    made: Imported,
}

impl Rows<'_> {
    async fn agent(&mut self, conn: &mut Conn, mut user: crate::domain::User, found: &FoundAgent) -> Result<()> {
        user.username = found.name.to_string();
        // Nothing is sent there: an address is only unique.
        user.email = user.username.clone();
        user.is_agent = true;
        user.settings.overrides = found.overrides;
        let id = store::user::insert(conn, &new_row(&user)).await?;
        store::kept::add_agent(conn, self.switch, self.account.id, id, &found.name).await?;
        self.made.agents += 1;
        match &found.phone {
            Some(phone) => self.device(conn, phone, Some(id)).await,
            None => Ok(()),
        }
    }

    /// A phone that is there already stays as it is.
    async fn device(&mut self, conn: &mut Conn, phone: &Phone, user_id: Option<UserId>) -> Result<()> {
        let line = match phone {
            Phone::Sip(user) => {
                let Ok(username) = SipUser::parse(user) else { return Ok(()) };
                if store::device::by_username(conn, self.account.id, &username).await?.is_some() {
                    return Ok(());
                }
                // Its password is in the switch's own directory.
                Line::Sip { username, a1_hash: A1Hash(String::new()) }
            }
            Phone::Outside { gateway, number } => Line::External { number: number.clone(), gateway: Some(gateway.clone()), confirm: false },
        };
        let name = match &line {
            Line::Sip { username, .. } => label(username.as_str())?,
            Line::External { number, .. } => label(number.as_str())?,
        };
        store::device::insert(conn, &store::device::New { account_id: self.account.id, name, line, user_id, ring: Ring::default() })
            .await?;
        self.made.devices += 1;
        Ok(())
    }

    async fn queue(&mut self, conn: &mut Conn, found: &FoundQueue) -> Result<()> {
        let account = self.account.id;
        let mut settings = found.settings.clone();
        if let Some(music) = &found.music {
            let name = label(&format!("music of {}", found.name))?;
            settings.moh_id = Some(store::resource::insert(conn, account, &name, music).await?);
        }
        if let Some(known) = found.known {
            let mut queue = store::queue::get(conn, account, known).await?.ok_or(Error::NotFound("queue"))?;
            queue.settings = settings;
            return Ok(store::queue::update(conn, &queue).await?);
        }
        let new = store::queue::New { account_id: account, name: label(found.name.short())?, settings };
        let id = store::queue::insert(conn, &new).await?;
        store::kept::add_queue(conn, self.switch, account, id, &KeptQueue { name: found.name.clone(), owned: false }).await?;
        self.made.queues += 1;
        Ok(())
    }

    async fn tiers(&self, conn: &mut Conn, tiers: &[(String, String, DesiredTier)]) -> Result<()> {
        let kept = store::kept::all(conn).await?.remove(&self.account.id).unwrap_or_default();
        let users: BTreeMap<_, _> = kept.agents.iter().map(|(user, name)| (name.as_str(), *user)).collect();
        let queues: BTreeMap<_, _> = kept.queues.iter().map(|(queue, kept)| (kept.name.as_str(), *queue)).collect();
        for (queue, agent, tier) in tiers {
            let (Some(&queue_id), Some(&user_id)) = (queues.get(queue.as_str()), users.get(agent.as_str())) else { continue };
            let (level, position) = (tier.level.max(1), tier.position.max(1));
            let member = Membership { user_id, queue_id, mode: Mode::Default, position, level, timegroup_id: None };
            store::membership::upsert(conn, self.account.id, &member).await?;
        }
        Ok(())
    }
}

fn label(text: &str) -> Result<Label> {
    Label::new(text).map_err(|error| Error::invalid("name", error))
}
