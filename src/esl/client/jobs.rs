//! Background jobs that somebody waits for. A job is registered before its command is written, because the event that ends it
//! comes on another connection and may be there before the answer to the command.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;
use uuid::Uuid;

use super::ClientError;
use super::state::Reason;
use crate::esl::reply::ApiReply;

type Answer = Result<ApiReply, ClientError>;

#[derive(Debug)]
pub(super) struct Jobs {
    register: Mutex<Register>,
    limit: usize,
}

#[derive(Debug, Default)]
struct Register {
    waiting: HashMap<Uuid, (u64, oneshot::Sender<Answer>)>,
    tickets: u64,
}

impl Jobs {
    pub(super) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { register: Mutex::default(), limit })
    }

    /// Takes a place for the job; it is given back when the ticket is dropped.
    pub(super) fn register(self: &Arc<Self>, job: Uuid) -> Result<Ticket, ClientError> {
        let (sender, answer) = oneshot::channel();
        let mut register = self.lock();
        if register.waiting.contains_key(&job) {
            return Err(ClientError::DuplicateJob { job });
        }
        if register.waiting.len() >= self.limit {
            return Err(ClientError::TooManyJobs { limit: self.limit });
        }
        register.tickets += 1;
        let number = register.tickets;
        register.waiting.insert(job, (number, sender));
        Ok(Ticket { jobs: self.clone(), job, number, answer })
    }

    /// The job ended on the switch.
    pub(super) fn finish(&self, job: Uuid, answer: Answer) {
        if let Some((_, waiter)) = self.lock().waiting.remove(&job) {
            // A waiter that went away needs no answer.
            drop(waiter.send(answer));
        }
    }

    /// The connection that would have told of them is gone: the jobs run on, but nobody will say how they end.
    pub(super) fn lose_all(&self, reason: &Reason) {
        for (_, (_, waiter)) in self.lock().waiting.drain() {
            drop(waiter.send(Err(ClientError::Lost { reason: reason.clone() })));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Register> {
        self.register.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the register.
#[derive(Debug)]
pub(super) struct Ticket {
    jobs: Arc<Jobs>,
    job: Uuid,
    number: u64,
    answer: oneshot::Receiver<Answer>,
}

impl Ticket {
    /// How the job ended.
    pub(super) async fn answer(&mut self) -> Answer {
        (&mut self.answer).await.unwrap_or(Err(ClientError::Stopped))
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut register = self.jobs.lock();
        // By now the place may be another ticket's.
        if register.waiting.get(&self.job).is_some_and(|(number, _)| *number == self.number) {
            register.waiting.remove(&self.job);
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::esl::reply::ReplyError;

    #[tokio::test]
    async fn a_place_is_taken_once_and_given_back() {
        let jobs = Jobs::new(2);
        let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut ticket = jobs.register(first).unwrap();
        assert_eq!(jobs.register(first).unwrap_err(), ClientError::DuplicateJob { job: first });
        let other = jobs.register(second).unwrap();
        assert_eq!(jobs.register(Uuid::from_u128(3)).unwrap_err(), ClientError::TooManyJobs { limit: 2 });
        drop(other);
        let refused = ApiReply::from_body(Bytes::from_static(b"-ERR USER_BUSY\n")).map_err(ClientError::Refused);
        jobs.finish(first, refused);
        assert_eq!(ticket.answer().await, Err(ClientError::Refused(ReplyError::Err("USER_BUSY".to_owned()))));
        // The id is free again, and the old ticket does not take the new one's place away.
        let mut again = jobs.register(first).unwrap();
        drop(ticket);
        jobs.lose_all(&Reason::Closed);
        assert_eq!(again.answer().await, Err(ClientError::Lost { reason: Reason::Closed }));
    }
}
