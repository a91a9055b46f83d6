//! What ccgate says on the event socket, byte for byte, and a way to cut it: a relay between ccgate and a switch.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How often connections were cut, whether new ones are refused, and whether nothing goes either way.
#[derive(Clone, Copy, Debug, Default)]
struct Cut {
    count: u32,
    refusing: bool,
}

/// What is before each answer to an `api` command.
const ANSWER: &[u8] = b"Content-Type: api/response";

/// What the switch has answered, from which answer on ccgate hears nothing more of it, and whether it hears nothing at all.
#[derive(Clone, Copy, Debug)]
struct Answers {
    count: usize,
    held_at: usize,
    mute: bool,
}

/// What ccgate has said, as it came, and of each connection by itself.
#[derive(Debug, Default)]
struct Heard {
    all: Vec<u8>,
    apart: Vec<Vec<u8>>,
}

/// A relay to a switch.
pub(crate) struct Wire {
    address: SocketAddr,
    heard: Arc<Mutex<Heard>>,
    answers: watch::Sender<Answers>,
    cuts: watch::Sender<Cut>,
    closed: CancellationToken,
}

impl Wire {
    /// Relays connections to `switch`.
    pub(crate) async fn to(switch: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let heard = Arc::new(Mutex::new(Heard::default()));
        let answers = watch::Sender::new(Answers { count: 0, held_at: usize::MAX, mute: false });
        let (cuts, seen) = watch::channel(Cut::default());
        let closed = CancellationToken::new();
        let relay = relay(listener, switch, heard.clone(), answers.clone(), seen);
        tokio::spawn(closed.clone().run_until_cancelled_owned(relay));
        Self { address, heard, answers, cuts, closed }
    }

    /// Where ccgate connects.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Everything that ccgate has said so far.
    pub(crate) fn heard(&self) -> String {
        String::from_utf8_lossy(&self.heard.lock().expect("no test panicked here").all).into_owned()
    }

    /// The same, of each connection by itself.
    pub(crate) fn heard_apart(&self) -> Vec<Vec<u8>> {
        self.heard.lock().expect("no test panicked here").apart.clone()
    }

    /// How many `api` commands the switch has answered, as far as ccgate can know.
    pub(crate) fn answered(&self) -> usize {
        self.answers.borrow().count
    }

    /// Holds back whatever the switch says after so many answers in all; with none, no more.
    pub(crate) fn hold_answers(&self, after: Option<usize>) {
        self.answers.send_modify(|answers| answers.held_at = after.unwrap_or(usize::MAX));
    }

    /// Waits until it is held back.
    pub(crate) async fn held(&self) {
        let mut answers = self.answers.subscribe();
        answers.wait_for(|answers| answers.count >= answers.held_at).await.expect("the relay is here");
    }

    /// Holds back whatever the switch says, or lets it through again; what is said to it arrives.
    pub(crate) fn mute(&self, mute: bool) {
        self.answers.send_modify(|answers| answers.mute = mute);
    }

    /// Cuts every connection there is; new ones go through.
    pub(crate) fn cut(&self) {
        self.cuts.send_modify(|cut| cut.count += 1);
    }

    /// Cuts every connection and refuses new ones, or lets them through again.
    pub(crate) fn refuse(&self, refusing: bool) {
        self.cuts.send_modify(|cut| *cut = Cut { count: cut.count + u32::from(refusing), refusing });
    }

    /// Closes every connection, and the port.
    pub(crate) fn close(&self) {
        self.closed.cancel();
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.close();
    }
}

async fn relay(
    listener: TcpListener,
    switch: SocketAddr,
    heard: Arc<Mutex<Heard>>,
    answers: watch::Sender<Answers>,
    mut cuts: watch::Receiver<Cut>,
) {
    // Connections end with the set that holds them.
    let mut connections = JoinSet::new();
    let mut seen = 0;
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((ours, _)) = accepted else { return };
                if cuts.borrow().refusing {
                    continue;
                }
                connections.spawn(both_ways(ours, switch, heard.clone(), answers.clone()));
            }
            Ok(()) = cuts.changed() => {
                let count = cuts.borrow_and_update().count;
                if count != seen {
                    seen = count;
                    connections.abort_all();
                }
            }
        }
    }
}

/// Ends when either side does; a switch that is not there closes the connection at once.
async fn both_ways(ours: TcpStream, switch: SocketAddr, heard: Arc<Mutex<Heard>>, answers: watch::Sender<Answers>) {
    let Ok(theirs) = TcpStream::connect(switch).await else { return };
    let (mut from_us, mut to_us) = ours.into_split();
    let (mut from_them, mut to_them) = theirs.into_split();
    let out = async {
        let mut chunk = [0; 16 * 1024];
        let own = {
            let mut heard = heard.lock().expect("no test panicked here");
            heard.apart.push(Vec::new());
            heard.apart.len() - 1
        };
        while let Ok(bytes @ 1..) = from_us.read(&mut chunk).await {
            {
                let mut heard = heard.lock().expect("no test panicked here");
                heard.all.extend_from_slice(&chunk[..bytes]);
                heard.apart[own].extend_from_slice(&chunk[..bytes]);
            }
            if to_them.write_all(&chunk[..bytes]).await.is_err() {
                return;
            }
        }
    };
    let back = async {
        let (mut chunk, mut seen, mut held) = ([0; 16 * 1024], Vec::new(), answers.subscribe());
        while let Ok(bytes @ 1..) = from_them.read(&mut chunk).await {
            let heard = held.wait_for(|answers| !answers.mute).await.is_ok();
            if !heard || to_us.write_all(&chunk[..bytes]).await.is_err() {
                return;
            }
            // What may be the beginning of another stays.
            seen.extend_from_slice(&chunk[..bytes]);
            let more = memchr::memmem::find_iter(&seen, ANSWER).count();
            seen.drain(..seen.len().saturating_sub(ANSWER.len() - 1));
            if more > 0 {
                answers.send_modify(|answers| answers.count += more);
            }
            if held.wait_for(|answers| answers.count < answers.held_at).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = out => {}
        () = back => {}
    }
}
