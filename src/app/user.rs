//! `ccgate user create`: the first user of a box, before there is a key to make one with.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail};
use clap::Args;

use super::say;
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::account::Settings;
use crate::domain::number::Domain;
use crate::domain::text::Label;
use crate::domain::{Account, AccountId};
use crate::service::setup::{NewAdmin, create_account, create_admin, only_account};
use crate::store::{self, Store};

/// Who is made.
#[derive(Debug, Args)]
pub struct Options {
    /// An administrator; other users are made through the API
    #[arg(long, required = true)]
    admin: bool,
    /// The SIP domain of the account; made when there is none. May be left out when the box has one account
    #[arg(long)]
    domain: Option<String>,
    /// Full name
    #[arg(long, default_value = "Administrator")]
    name: String,
    /// Unique on the box
    #[arg(long)]
    username: String,
    /// Unique in the account
    #[arg(long)]
    email: String,
    /// Read a password from standard input; without one, the user has its key only
    #[arg(long)]
    password_stdin: bool,
}

/// Makes the user, and prints `account_id=`, `user_id=` and `api_key=` on lines of their own. The key is shown this once.
///
/// # Errors
/// What was wrong, and what to do.
pub async fn create(config: &Path, options: Options) -> anyhow::Result<()> {
    let config = Config::load(config)?;
    let name = Label::new(&options.name).context("--name")?;
    let password = if options.password_stdin { Some(read_password()?) } else { None };
    let store = Store::open(&config.database.path, Clock::system()).await.context("the database cannot be opened")?;
    let account = account(&store, options.domain.as_deref()).await?;
    let new = NewAdmin { name, username: options.username, email: options.email, password };
    let admin = create_admin(&store, account, new).await?;
    store.close().await;
    say(&format!("account_id={}\nuser_id={}\napi_key={}", admin.account_id, admin.user_id, admin.key.expose()));
    Ok(())
}

fn read_password() -> anyhow::Result<String> {
    let mut password = String::new();
    std::io::stdin().take(1024).read_to_string(&mut password).context("no password on standard input")?;
    let password = password.trim_end_matches(['\r', '\n']).to_owned();
    if password.is_empty() {
        bail!("the password on standard input is empty");
    }
    Ok(password)
}

async fn account(store: &Store, domain: Option<&str>) -> anyhow::Result<AccountId> {
    let Some(domain) = domain else {
        return Ok(only_account(store).await.context("give --domain with the SIP domain of the account")?.id);
    };
    let domain = Domain::parse(domain).context("--domain")?;
    let known: Option<Account> = store::account::by_domain(&mut *store.read().await?, &domain).await?;
    match known {
        Some(account) => Ok(account.id),
        None => Ok(create_account(store, Label::new(domain.as_str())?, domain, Settings::default()).await?),
    }
}
