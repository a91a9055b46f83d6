//! Ill states of mod_callcenter's tables that no command brings about: on a FreeSWITCH they are written into its database.

use super::World;
use super::world::Switched;

impl World {
    /// The rows of a queue's callers are gone; the callers are not.
    pub(crate) async fn lose_rows(&self, queue: i64) {
        let queue = format!("{queue}@lab.local");
        match &self.switch {
            Switched::Sim(switch) => switch.lose_rows(&queue).await,
            Switched::Live(switch) => switch.edit_callcenter("DELETE FROM members WHERE queue = ?", &[&queue]).await,
        }
    }

    /// The row of a queue's caller whose leg was this has stayed.
    pub(crate) async fn leave_row(&self, queue: i64, state: &'static str, leg: &str) {
        let queue = format!("{queue}@lab.local");
        match &self.switch {
            Switched::Sim(switch) => switch.leave_row(&queue, state, leg).await,
            Switched::Live(switch) => {
                let sql = "INSERT INTO members (queue, instance_id, uuid, session_uuid, joined_epoch, serving_agent, serving_system, state)
                           VALUES (?, 'single_box', 'a row', ?, strftime('%s', 'now'), '', '', ?)";
                switch.edit_callcenter(sql, &[&queue, leg, state]).await;
            }
        }
    }

    /// Nobody is offered any more, of those who wait in the queue now.
    pub(crate) async fn stop_offers(&self, queue: i64) {
        let queue = format!("{queue}@lab.local");
        match &self.switch {
            Switched::Sim(switch) => switch.stop_offers().await,
            // As of another switch that shares the database: the dispatch thread leaves them to it.
            Switched::Live(switch) => {
                switch.edit_callcenter("UPDATE members SET instance_id = 'another' WHERE queue = ?", &[&queue]).await;
            }
        }
    }
}
