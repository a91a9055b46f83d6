//! What the switch was last given as configuration of its queues, which its own listing shows in part only (trap 3).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::desired::DesiredQueue;
use super::params::QueueParams;

/// What was served, by queue. Clones share it. `xml_curl` notes here what it answers.
#[derive(Clone, Debug, Default)]
pub struct Served(Arc<Mutex<ServedQueues>>);

/// What was served to one run of the switch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServedQueues {
    /// None when the request did not say: mod_callcenter's own at its start does not.
    core_uuid: Option<String>,
    queues: BTreeMap<String, QueueParams>,
}

impl Served {
    /// mod_callcenter was loaded and took all of these queues; whatever was served before is forgotten. Its request has no Core-UUID.
    pub fn module_loaded<'a>(&self, queues: impl IntoIterator<Item = &'a DesiredQueue>) {
        let queues = queues.into_iter().map(|queue| (queue.name.to_string(), queue.params().clone())).collect();
        *self.lock() = ServedQueues { core_uuid: None, queues };
    }

    /// The switch (re)loaded one queue (`CC-Queue`): with these parameters, or it was told that there is none.
    pub fn queue_loaded(&self, core_uuid: &str, name: &str, queue: Option<&DesiredQueue>) {
        let mut served = self.lock();
        served.adopt(core_uuid);
        match queue {
            Some(queue) => drop(served.queues.insert(name.to_owned(), queue.params().clone())),
            None => drop(served.queues.remove(name)),
        }
    }

    /// What this run of the switch was given; what another one was is forgotten.
    pub fn to(&self, core_uuid: &str) -> ServedQueues {
        let mut served = self.lock();
        served.adopt(core_uuid);
        served.clone()
    }

    fn lock(&self) -> MutexGuard<'_, ServedQueues> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ServedQueues {
    /// What was last served for a queue; none when that is not known, as after a restart of ccgate.
    pub fn get(&self, name: &str) -> Option<&QueueParams> {
        self.queues.get(name)
    }

    #[cfg(test)]
    pub(super) fn with(mut self, name: &str, params: QueueParams) -> Self {
        self.queues.insert(name.to_owned(), params);
        self
    }

    fn adopt(&mut self, core_uuid: &str) {
        if self.core_uuid.as_deref().is_some_and(|known| known != core_uuid) {
            self.queues.clear();
        }
        self.core_uuid = Some(core_uuid.to_owned());
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::domain::queue::Settings;
    use crate::domain::text::Label;
    use crate::domain::{AccountId, Queue, QueueId};
    use crate::reconcile::params::Options;
    use crate::switch::QueueName;

    pub(crate) fn queue(id: i64) -> DesiredQueue {
        let name = QueueName::parse(&format!("{id}@lab.local")).unwrap();
        let queue =
            Queue { id: QueueId(id), account_id: AccountId(1), name: Label::new("Support").unwrap(), settings: Settings::default() };
        DesiredQueue { name, managed: true, params: QueueParams::new(&queue.settings, &BTreeMap::new(), &Options::default()), queue }
    }

    #[test]
    fn a_start_without_a_core_uuid_belongs_to_the_next_that_is_seen() {
        let served = Served::default();
        served.module_loaded([&queue(1), &queue(2)]);
        assert!(served.to("a").get("1@lab.local").is_some());
        served.queue_loaded("a", "2@lab.local", None);
        assert!(served.to("a").get("2@lab.local").is_none());
        assert_eq!(served.to("b").get("1@lab.local"), None);
        served.queue_loaded("b", "1@lab.local", Some(&queue(1)));
        assert!(served.to("b").get("1@lab.local").is_some());
    }
}
