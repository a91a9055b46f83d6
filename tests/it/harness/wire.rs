//! What ccgate says on the event socket, byte for byte, and a way to cut it: a relay between ccgate and a switch.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How often connections were cut, whether new ones are refused, and whether nothing goes either way.
#[derive(Clone, Copy, Debug, Default)]
struct Cut {
    count: u32,
    refusing: bool,
    hanging: bool,
}

/// A relay to a switch.
pub(crate) struct Wire {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<u8>>>,
    cuts: watch::Sender<Cut>,
    closed: CancellationToken,
}

impl Wire {
    /// Relays connections to `switch`.
    pub(crate) async fn to(switch: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (cuts, seen) = watch::channel(Cut::default());
        let closed = CancellationToken::new();
        let relay = relay(listener, switch, heard.clone(), seen);
        tokio::spawn(closed.clone().run_until_cancelled_owned(relay));
        Self { address, heard, cuts, closed }
    }

    /// Where ccgate connects.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Everything that ccgate has said so far.
    pub(crate) fn heard(&self) -> String {
        String::from_utf8_lossy(&self.heard.lock().expect("no test panicked here")).into_owned()
    }

    /// Cuts every connection there is; new ones go through.
    pub(crate) fn cut(&self) {
        self.cuts.send_modify(|cut| cut.count += 1);
    }

    /// Cuts every connection and refuses new ones, or lets them through again.
    pub(crate) fn refuse(&self, refusing: bool) {
        self.cuts.send_modify(|cut| *cut = Cut { count: cut.count + u32::from(refusing), refusing, ..*cut });
    }

    /// Lets nothing through, as a switch that accepts and then says nothing; or lets everything through that came meanwhile.
    pub(crate) fn hang(&self, hanging: bool) {
        self.cuts.send_modify(|cut| cut.hanging = hanging);
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

async fn relay(listener: TcpListener, switch: SocketAddr, heard: Arc<Mutex<Vec<u8>>>, mut cuts: watch::Receiver<Cut>) {
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
                connections.spawn(both_ways(ours, switch, heard.clone(), cuts.clone()));
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
async fn both_ways(ours: TcpStream, switch: SocketAddr, heard: Arc<Mutex<Vec<u8>>>, cuts: watch::Receiver<Cut>) {
    let Ok(theirs) = TcpStream::connect(switch).await else { return };
    let (from_us, to_us) = ours.into_split();
    let (from_them, to_them) = theirs.into_split();
    let hear = |bytes: &[u8]| heard.lock().expect("no test panicked here").extend_from_slice(bytes);
    tokio::select! {
        () = one_way(from_us, to_them, cuts.clone(), hear) => {}
        () = one_way(from_them, to_us, cuts, |_| {}) => {}
    }
}

async fn one_way(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut cuts: watch::Receiver<Cut>, hear: impl Fn(&[u8])) {
    let mut chunk = [0; 16 * 1024];
    while let Ok(bytes @ 1..) = from.read(&mut chunk).await {
        hear(&chunk[..bytes]);
        if cuts.wait_for(|cut| !cut.hanging).await.is_err() || to.write_all(&chunk[..bytes]).await.is_err() {
            return;
        }
    }
}
