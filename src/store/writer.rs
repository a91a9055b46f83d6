//! One task that owns the only connection that writes.
//!
//! SQLite has one writer at a time and, with `synchronous=FULL`, a commit waits for the disk. So the task takes every job that waits, runs
//! each in its own savepoint of one transaction, commits once, and only then answers. It has a thread of its own: a transaction is many trips to the
//! thread that SQLite runs on, and after none of them it waits for its turn among the requests. What was committed is moved from the log into the file by
//! a task beside it, so that a commit does not wait for that.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use prometheus_client::metrics::histogram::Histogram;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use tokio::runtime::Builder;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::delivery::Due;
use super::fresh::{self, Fresh, Handover};
use super::open_file::OpenFile;
use super::people::People;
use super::{Conn, Error, Turn, checkpoint, crash};

/// Jobs that may wait; who comes later waits for a place.
pub const QUEUE_JOBS_MAX: usize = 1024;
/// Jobs in one transaction.
pub const BATCH_JOBS_MAX: usize = 128;
/// How long a job that is in no hurry waits for others to be committed with, in milliseconds.
pub(super) const RIDE_WITHIN_MS: u64 = 10;

/// Limits of the ranges in which times of commits are counted, in seconds: from a fast disk to one that keeps everybody waiting.
const SECONDS: [f64; 10] = [0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];
/// The same of their jobs.
const JOBS: [f64; 8] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0];

/// What the writer has done since the start.
#[derive(Debug)]
pub struct Counts {
    /// A transaction with its commit, in seconds; those of which nothing was kept too.
    pub seconds: Histogram,
    /// The jobs of each.
    pub jobs: Histogram,
    /// Transactions that failed, with every job in them.
    pub failed: AtomicU64,
    /// Whether the last one did.
    pub is_failing: AtomicBool,
}

impl Default for Counts {
    fn default() -> Self {
        Self { seconds: Histogram::new(SECONDS), jobs: Histogram::new(JOBS), failed: AtomicU64::new(0), is_failing: AtomicBool::new(false) }
    }
}

/// Tells the one who waits what became of the job: its own result when `Ok`, else why it was not committed.
type Answer = Box<dyn FnOnce(Result<(), Error>) + Send>;

/// What a job came to, before the commit.
struct Ran {
    keep: bool,
    answer: Answer,
    /// What it queued to be sent.
    queued: Vec<Due>,
}

/// A write that waits for its turn.
trait Job: Send {
    /// Runs it in its savepoint.
    fn run(self: Box<Self>, conn: &mut Conn) -> BoxFuture<'_, Ran>;
    /// Tells that it was not run.
    fn refuse(self: Box<Self>, error: Error);
}

struct Waiting<F, T, E> {
    job: F,
    tell: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Job for Waiting<F, T, E>
where
    F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    fn run(self: Box<Self>, conn: &mut Conn) -> BoxFuture<'_, Ran> {
        let Self { job, tell } = *self;
        let running = job(conn);
        async move {
            let (result, queued) = fresh::during(running).await;
            let keep = result.is_ok();
            let answer = move |committed: Result<(), Error>| {
                // Nobody may be waiting any more; that is theirs to decide.
                let _gone = tell.send(committed.map_err(E::from).and(result));
            };
            Ran { keep, answer: Box::new(answer), queued }
        }
        .boxed()
    }

    fn refuse(self: Box<Self>, error: Error) {
        let _gone = self.tell.send(Err(E::from(error)));
    }
}

/// A handle on the task.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    jobs: mpsc::Sender<Box<dyn Job>>,
    riders: mpsc::Sender<Box<dyn Job>>,
    committed: watch::Receiver<u64>,
    people: People,
    fresh: Handover,
    counts: Arc<Counts>,
    closing: CancellationToken,
    tasks: TaskTracker,
    /// Cancelled once one of the tasks has ended.
    ended: CancellationToken,
}

impl Writer {
    /// Starts the task on `conn`, which is watched; `options` open another when that one fails, and commits are made as long as `file` is the one that was
    /// opened.
    pub(super) fn start(conn: Conn, options: SqliteConnectOptions, file: OpenFile, people: People) -> Self {
        let (jobs, queue) = mpsc::channel(QUEUE_JOBS_MAX);
        let (riders, riding) = mpsc::channel(QUEUE_JOBS_MAX);
        let (fresh, counts) = (Handover::default(), Arc::new(Counts::default()));
        let (commits, committed) = watch::channel(0);
        let closing = CancellationToken::new();
        let tasks = TaskTracker::new();
        let ended = CancellationToken::new();
        let (moves, ends) =
            (checkpoint::run(options.clone(), file.clone(), committed.clone(), closing.clone()), ended.clone().drop_guard());
        tasks.spawn(async move {
            let _ends = ends;
            moves.await;
        });
        let task = Task {
            queue,
            riding,
            conn: Some(conn),
            options,
            file,
            commits,
            people: people.clone(),
            fresh: fresh.clone(),
            counts: counts.clone(),
            closing: closing.clone(),
        };
        let ends = ended.clone().drop_guard();
        tasks.spawn_blocking(move || {
            let _ends = ends;
            match Builder::new_current_thread().enable_time().build() {
                Ok(own) => own.block_on(task.run()),
                Err(error) => tracing::error!(%error, "the writer has no thread, and every write is refused"),
            }
        });
        tasks.close();
        Self { jobs, riders, committed, people, fresh, counts, closing, tasks, ended }
    }

    /// See [`super::Store::write_in`].
    pub(super) async fn write<T, E, F>(&self, turn: Turn, job: F) -> Result<T, E>
    where
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        let queue = match turn {
            Turn::Next => &self.jobs,
            Turn::Along => &self.riders,
        };
        queue.send(Box::new(Waiting { job, tell })).await.map_err(|_| Error::Closed)?;
        told.await.map_err(|_| Error::Closed)?
    }

    /// See [`super::Store::fresh`].
    pub(super) fn fresh(&self) -> Fresh {
        self.fresh.take()
    }

    /// See [`super::Store::committed`].
    pub(super) fn committed(&self) -> &watch::Receiver<u64> {
        &self.committed
    }

    /// See [`super::Store::people_version`].
    pub(super) fn people_version(&self) -> u64 {
        self.people.version()
    }

    /// See [`super::Store::counts`].
    pub(super) fn counts(&self) -> &Counts {
        &self.counts
    }

    /// See [`super::Store::broken`].
    pub(super) async fn broken(&self) {
        self.ended.cancelled().await;
    }

    /// Finishes what waits, and ends.
    pub(super) async fn close(&self) {
        self.closing.cancel();
        self.tasks.wait().await;
    }
}

struct Task {
    queue: mpsc::Receiver<Box<dyn Job>>,
    /// What is in no hurry.
    riding: mpsc::Receiver<Box<dyn Job>>,
    conn: Option<Conn>,
    options: SqliteConnectOptions,
    file: OpenFile,
    commits: watch::Sender<u64>,
    people: People,
    fresh: Handover,
    counts: Arc<Counts>,
    closing: CancellationToken,
}

impl Task {
    async fn run(mut self) {
        let (mut batch, mut riders) = (Vec::with_capacity(BATCH_JOBS_MAX), Vec::new());
        let mut ride_by = None;
        loop {
            tokio::select! {
                biased;
                () = self.closing.cancelled(), if !self.queue.is_closed() => {
                    self.queue.close();
                    self.riding.close();
                    continue;
                }
                _ = self.queue.recv_many(&mut batch, BATCH_JOBS_MAX) => {}
                Some(rider) = self.riding.recv(), if riders.len() < BATCH_JOBS_MAX => {
                    riders.push(rider);
                    ride_by.get_or_insert_with(|| Instant::now() + Duration::from_millis(RIDE_WITHIN_MS));
                    continue;
                }
                () = sleep_until(ride_by.unwrap_or_else(Instant::now)), if ride_by.is_some() => {}
            }
            while riders.len() < BATCH_JOBS_MAX
                && let Ok(rider) = self.riding.try_recv()
            {
                riders.push(rider);
            }
            ride_by = None;
            if batch.is_empty() && riders.is_empty() {
                // Both are closed, and nothing is left.
                break;
            }
            self.commit(batch.drain(..).chain(riders.drain(..)).collect()).await;
        }
        if let Some(conn) = self.conn {
            // Nothing waits for it, and the log is replayed at the next start.
            let _closed = conn.close().await;
        }
    }

    /// Runs a batch. A failure of the transaction itself fails every job in it, and the connection is opened anew: what state SQLite left
    /// it in depends on the error.
    async fn commit(&mut self, mut batch: VecDeque<Box<dyn Job>>) {
        let mut ran = Vec::with_capacity(batch.len());
        let (began, jobs) = (Instant::now(), batch.len());
        let result = self.transaction(&mut batch, &mut ran).await;
        self.counts.is_failing.store(result.is_err(), Ordering::Relaxed);
        self.counts.seconds.observe(began.elapsed().as_secs_f64());
        self.counts.jobs.observe(f64::from(u32::try_from(jobs).unwrap_or(u32::MAX)));
        match result {
            Ok(changed) => {
                self.people.committed();
                if changed {
                    self.fresh.put(ran.iter_mut().filter(|one| one.keep).flat_map(|one| one.queued.drain(..)).collect());
                    self.commits.send_modify(|count| *count += 1);
                }
                for one in ran {
                    (one.answer)(Ok(()));
                }
            }
            Err(error) => {
                self.counts.failed.fetch_add(1, Ordering::Relaxed);
                tracing::error!(jobs, %error, "a write transaction failed");
                let error = Arc::new(error);
                for one in ran {
                    // A job that failed by itself tells its own error.
                    (one.answer)(if one.keep { Err(Error::Commit(Arc::clone(&error))) } else { Ok(()) });
                }
                for job in batch {
                    job.refuse(Error::Commit(Arc::clone(&error)));
                }
            }
        }
    }

    /// Moves the jobs from `batch` to `ran` and commits; whether anything was kept. Keeps the connection only when all went well.
    async fn transaction(&mut self, batch: &mut VecDeque<Box<dyn Job>>, ran: &mut Vec<Ran>) -> Result<bool, sqlx::Error> {
        self.file.check()?;
        let mut conn = match self.conn.take() {
            Some(conn) => conn,
            None => {
                let mut conn = self.options.connect().await?;
                self.people.watch(&mut conn).await?;
                conn
            }
        };
        let mut outer = conn.begin_with("BEGIN IMMEDIATE").await?;
        let mut changed = false;
        // One that is alone needs no savepoint: with it the whole goes.
        let is_alone = batch.len() == 1;
        while let Some(job) = batch.pop_front() {
            let keep = if is_alone {
                run(job, &mut outer, ran).await
            } else {
                let mut savepoint = outer.begin().await?;
                let keep = run(job, &mut savepoint, ran).await;
                if keep {
                    savepoint.commit().await?
                } else {
                    savepoint.rollback().await?
                }
                keep
            };
            changed |= keep;
        }
        if changed {
            self.file.check()?;
            crash::here("before");
            outer.commit().await?;
            crash::here("after");
        } else {
            outer.rollback().await?;
        }
        self.conn = Some(conn);
        Ok(changed)
    }
}

/// Runs a job; whether what it did is kept.
async fn run(job: Box<dyn Job>, conn: &mut Conn, ran: &mut Vec<Ran>) -> bool {
    let Ok(one) = AssertUnwindSafe(async { job.run(conn).await }).catch_unwind().await else {
        // Its waiter sees the channel close; the panic hook has told of it.
        return false;
    };
    let keep = one.keep;
    ran.push(one);
    keep
}
