//! The tasks of which ccgate is made, each with its name: when one ends that should not, the log says which, and ccgate ends.

use std::collections::HashMap;
use std::future::pending;

use tokio::task::{Id, JoinError, JoinSet};

use crate::store::crash;

/// Tasks that run as long as ccgate does.
#[derive(Debug, Default)]
pub(super) struct Tasks {
    tasks: JoinSet<()>,
    names: HashMap<Id, &'static str>,
}

impl Tasks {
    /// Starts one.
    pub(super) fn spawn(&mut self, name: &'static str, part: impl Future<Output = ()> + Send + 'static) {
        let task = self.tasks.spawn(async move {
            crash::part(name);
            part.await;
        });
        self.names.insert(task.id(), name);
    }

    /// Until one of them ends, which is told in the log; for ever when there is none.
    pub(super) async fn broken(&mut self) {
        match self.tasks.join_next_with_id().await {
            Some(ended) => self.tell(ended),
            None => pending().await,
        }
    }

    /// Waits for all of them; those that failed are told of.
    pub(super) async fn end(&mut self) {
        while let Some(ended) = self.tasks.join_next_with_id().await {
            if ended.is_err() {
                self.tell(ended);
            }
        }
    }

    /// Ends those that are left.
    pub(super) async fn cut(&mut self) {
        self.tasks.shutdown().await;
    }

    fn tell(&self, ended: Result<(Id, ()), JoinError>) {
        let id = ended.as_ref().map_or_else(JoinError::id, |(id, ())| *id);
        let part = self.names.get(&id).copied().unwrap_or_default();
        match ended {
            Ok(_) => tracing::error!(part, "a part of ccgate ended"),
            Err(_) => tracing::error!(part, "a part of ccgate panicked"),
        }
    }
}
