//! `ccgate adopt`: takes over an installation that was there before, queue by queue.

use std::path::Path;

use anyhow::Context;
use clap::Args;

use super::look::Look;
use super::{SWITCH, say};
use crate::config::Config;
use crate::domain::number::Domain;
use crate::reconcile::found::{Found, found};
use crate::reconcile::{Desired, DesiredAccount};
use crate::service::adoption::{follow_all, import, own};
use crate::switch::Observed;

/// What is to be done; a list of what there is when nothing is said.
#[derive(Debug, Default, Args)]
pub struct Options {
    /// The SIP domain of the account; may be left out when the box has one account
    #[arg(long)]
    domain: Option<String>,
    /// Make users, phones, queues and memberships of what the switch has; nothing changes there, and names stay
    #[arg(long, conflicts_with = "queue")]
    import: bool,
    /// Manage this queue of the switch, its tiers and its agents from now on
    #[arg(long, value_name = "NAME")]
    queue: Option<String>,
    /// Manage the queue no more, and leave it on the switch as it is
    #[arg(long, requires = "queue")]
    give_back: bool,
}

impl Options {
    /// To import.
    #[must_use]
    pub fn import() -> Self {
        Self { import: true, ..Self::default() }
    }

    /// To take a queue over, or to give it back.
    #[must_use]
    pub fn queue(name: &str, give_back: bool) -> Self {
        Self { queue: Some(name.to_owned()), give_back, ..Self::default() }
    }
}

/// Prints what there is, or what was done.
///
/// # Errors
/// The configuration, the database, the switch, and names that are not there.
pub async fn run(config: &Path, options: &Options) -> anyhow::Result<()> {
    for line in told(&Config::load(config)?, options).await? {
        say(&line);
    }
    Ok(())
}

/// What [`run`] prints.
///
/// # Errors
/// As [`run`].
pub async fn told(config: &Config, options: &Options) -> anyhow::Result<Vec<String>> {
    let look = Look::with(config).await?;
    let told = match &options.queue {
        Some(name) => {
            // What is taken over is taken as it is now, whether or not a ccgate has followed it.
            follow_all(&look.store, &look.desired, &look.observed).await?;
            own(&look.store, &look.desired, name, !options.give_back).await?;
            vec![match options.give_back {
                false => format!("{name} is managed from now on, with its tiers and agents; ccgate diff shows what will change"),
                true => format!("{name} is managed no more, and stays on the switch as it is"),
            }]
        }
        None => {
            let account = account(&look.desired, options.domain.as_deref())?;
            let found = found(&look.desired, &look.observed, account);
            if options.import { imported(&look, account, found).await? } else { list(&look.desired, &look.observed, &found) }
        }
    };
    look.store.close().await;
    Ok(told)
}

fn account<'a>(desired: &'a Desired, domain: Option<&str>) -> anyhow::Result<&'a DesiredAccount> {
    if let Some(domain) = domain {
        let domain = Domain::parse(domain).context("--domain")?;
        return desired.domain(domain.as_str()).context("--domain: there is no account of this domain; make it with ccgate user create");
    }
    let mut accounts = desired.accounts();
    let first = accounts.next().context("there is no account yet; make one with ccgate user create --admin --domain")?;
    anyhow::ensure!(accounts.next().is_none(), "there are several accounts; say which with --domain");
    Ok(first)
}

async fn imported(look: &Look, account: &DesiredAccount, found: Found) -> anyhow::Result<Vec<String>> {
    let warnings = found.warnings.iter().map(|warning| format!("note: {warning}")).collect::<Vec<_>>();
    let made = import(&look.store, SWITCH, account, found).await?;
    let done =
        format!("imported {} agents, {} queues and {} phones; nothing was changed on the switch", made.agents, made.queues, made.devices);
    Ok([warnings, vec![done]].concat())
}

fn list(desired: &Desired, observed: &Observed, found: &Found) -> Vec<String> {
    let queue = |name: &String| {
        let state = match desired.queue(name) {
            Some(queue) if queue.managed => format!("managed, {}", queue.queue.name),
            Some(queue) => format!("imported, {}", queue.queue.name),
            None => "not imported".to_owned(),
        };
        format!("queue {name}: {state}")
    };
    let agent = |name: &String| {
        let known = desired.names().agent(name);
        let state = match known.as_ref().and_then(|agent| desired.agent(agent)) {
            Some(agent) if agent.managed => "managed".to_owned(),
            Some(_) => "imported".to_owned(),
            None => "not imported".to_owned(),
        };
        format!("agent {name}: {state}")
    };
    let mut lines: Vec<_> = observed.queues.keys().map(queue).chain(observed.agents.keys().map(agent)).collect();
    lines.extend(found.phones.iter().map(|phone| format!("phone {phone}: registered, not imported")));
    lines.extend(found.warnings.iter().map(|warning| format!("note: {warning}")));
    lines
}
