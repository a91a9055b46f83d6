//! What commands beside a running ccgate look at: the database and the switch, once.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{SWITCH, options};
use crate::clock::Clock;
use crate::config::{Config, Mode};
use crate::esl::client::{self, ClientConfig, State};
use crate::reconcile::{Desired, load};
use crate::store::Store;
use crate::switch::{Observed, Switch};

/// How long the switch may take to let us in.
const CONNECT_WAIT: Duration = Duration::from_secs(5);

/// One look at both.
pub(super) struct Look {
    pub(super) store: Store,
    pub(super) switch: Switch,
    pub(super) desired: Arc<Desired>,
    pub(super) observed: Observed,
    /// The connection lives as long as this.
    _connection: DropGuard,
}

impl Look {
    /// Looks with a configuration's database and switch.
    pub(super) async fn with(config: &Config) -> anyhow::Result<Self> {
        let path = &config.database.path;
        if !Path::exists(path) {
            bail!("{} is not there yet: run ccgate user create --admin", path.display());
        }
        let store = Store::open(path, Clock::system()).await.with_context(|| format!("database {}", path.display()))?;
        let desired = Arc::new(load(&mut *store.read().await?, &options(config)?).await?);
        let shutdown = CancellationToken::new();
        let mut esl = ClientConfig::new(&config.switch.host, config.switch.port, config.switch.password.clone());
        esl.user.clone_from(&config.switch.user);
        let connection = shutdown.clone().drop_guard();
        let spawned = client::spawn(&esl, shutdown).context("switch.password or switch.user")?;
        let switch = Switch::new(SWITCH, spawned.client);
        let switch = if config.switch.mode == Mode::Observe { switch.observed() } else { switch };
        let mut states = switch.states();
        if !matches!(timeout(CONNECT_WAIT, states.wait_for(|state| matches!(state, State::Connected(_)))).await, Ok(Ok(_))) {
            bail!("the switch cannot be reached; ccgate check tells more");
        }
        if !switch.ready().await? {
            bail!("mod_callcenter is not loaded on the switch");
        }
        let observed = switch.observe().await?;
        Ok(Self { store, switch, desired, observed, _connection: connection })
    }
}
