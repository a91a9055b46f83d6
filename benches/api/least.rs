//! The least that a change and a read could cost: one durable commit, one command on a bare socket, a route that answers bytes which it has.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::header;
use axum::routing::get;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, SqliteConnection};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::time::Instant;

use crate::shared::args::runtime;
use crate::shared::bare::Bare;
use crate::shared::freeswitch::ESL_PASSWORD;

/// A domain that is not ccgate's, so that it leaves the agents there alone.
const ELSEWHERE: &str = "elsewhere.local";
const STATUSES: [&str; 2] = ["'On Break'", "Available"];
/// Commands that are written at once.
const AT_ONCE: usize = 512;

/// A database with ccgate's settings, and agents of the switch that are nobody's.
pub struct Least {
    conn: SqliteConnection,
    bare: Bare,
    agents: usize,
    changes: usize,
    _folder: TempDir,
}

impl Least {
    pub async fn new(esl: SocketAddr, agents: usize) -> Self {
        let folder = TempDir::with_prefix("ccgate-bench-").expect("a folder");
        let options = SqliteConnectOptions::new().filename(folder.path().join("least.db")).create_if_missing(true);
        let options = options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full).disable_statement_logging();
        let mut conn = options.connect().await.expect("a database");
        let table = "CREATE TABLE agent (user_id INTEGER PRIMARY KEY, pause_id INTEGER) STRICT; INSERT INTO agent VALUES (1, NULL)";
        sqlx::raw_sql(table).execute(&mut conn).await.expect("a table");
        let mut bare = Bare::connect(esl, ESL_PASSWORD).await.expect("a connection");
        let made: Vec<_> = (0..agents).map(|agent| format!("callcenter_config agent add {agent}@{ELSEWHERE} callback")).collect();
        bare.ask(&made).await.expect("answers");
        Self { conn, bare, agents, changes: 0, _folder: folder }
    }

    /// One commit and then one command; how long they took in milliseconds.
    pub async fn change(&mut self) -> f64 {
        let commands = self.commands(1);
        let begun = Instant::now();
        sqlx::query("UPDATE agent SET pause_id = coalesce(pause_id, 0) + 1").execute(&mut self.conn).await.expect("a commit");
        let answer = self.bare.ask(&commands).await.expect("an answer");
        let took = begun.elapsed().as_secs_f64() * 1_000.0;
        assert!(answer.starts_with("+OK"), "{answer}");
        took
    }

    /// Commands a second, when nobody waits for an answer before the next.
    pub async fn commands_a_second(&mut self, lasting: Duration) -> f64 {
        let (begun, mut done) = (Instant::now(), 0);
        while begun.elapsed() < lasting {
            let commands = self.commands(AT_ONCE);
            self.bare.ask(&commands).await.expect("answers");
            done += commands.len();
        }
        done as f64 / begun.elapsed().as_secs_f64()
    }

    /// The next: each flips an agent's status.
    fn commands(&mut self, count: usize) -> Vec<String> {
        let from = self.changes;
        self.changes += count;
        let command = |change: usize| {
            let (agent, status) = (change % self.agents, STATUSES[change / self.agents % STATUSES.len()]);
            format!("callcenter_config agent set status {agent}@{ELSEWHERE} {status}")
        };
        (from..self.changes).map(command).collect()
    }
}

/// Answers these paths with these bytes, on a runtime of its own, for as long as the program runs.
pub async fn route(answers: Vec<(&'static str, Bytes)>) -> SocketAddr {
    let (tell, told) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        runtime().block_on(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            tell.send(listener.local_addr().expect("an address")).expect("somebody waits");
            let router = answers.into_iter().fold(Router::new(), |router, (path, bytes)| {
                router.route(path, get(async move || ([(header::CONTENT_TYPE, "application/json")], bytes)))
            });
            axum::serve(listener, router).await.expect("it answers");
        });
    });
    told.await.expect("it listens")
}
