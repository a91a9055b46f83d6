//! What ccgate says on the event socket, byte for byte, and a way to cut it: a relay between ccgate and a switch.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How often connections were cut, and whether new ones are refused.
#[derive(Clone, Copy, Debug, Default)]
struct Cut {
    count: u32,
    refusing: bool,
}

/// A relay to a switch.
pub(crate) struct Wire {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<u8>>>,
    cuts: watch::Sender<Cut>,
    mute: watch::Sender<bool>,
    closed: CancellationToken,
}

impl Wire {
    /// Relays connections to `switch`.
    pub(crate) async fn to(switch: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (cuts, seen) = watch::channel(Cut::default());
        let mute = watch::Sender::new(false);
        let closed = CancellationToken::new();
        let relay = relay(listener, switch, heard.clone(), mute.clone(), seen);
        tokio::spawn(closed.clone().run_until_cancelled_owned(relay));
        Self { address, heard, cuts, mute, closed }
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
        self.cuts.send_modify(|cut| *cut = Cut { count: cut.count + u32::from(refusing), refusing });
    }

    /// Holds back whatever the other side says, or lets it through again; what is said to it arrives.
    pub(crate) fn mute(&self, mute: bool) {
        self.mute.send_replace(mute);
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
    heard: Arc<Mutex<Vec<u8>>>,
    mute: watch::Sender<bool>,
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
                connections.spawn(both_ways(ours, switch, heard.clone(), mute.subscribe()));
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
async fn both_ways(ours: TcpStream, switch: SocketAddr, heard: Arc<Mutex<Vec<u8>>>, mut mute: watch::Receiver<bool>) {
    let Ok(theirs) = TcpStream::connect(switch).await else { return };
    let (mut from_us, mut to_us) = ours.into_split();
    let (mut from_them, mut to_them) = theirs.into_split();
    let out = async {
        let mut chunk = [0; 16 * 1024];
        while let Ok(bytes @ 1..) = from_us.read(&mut chunk).await {
            heard.lock().expect("no test panicked here").extend_from_slice(&chunk[..bytes]);
            if to_them.write_all(&chunk[..bytes]).await.is_err() {
                return;
            }
        }
    };
    let back = async {
        let mut chunk = [0; 16 * 1024];
        while let Ok(bytes @ 1..) = from_them.read(&mut chunk).await {
            if mute.wait_for(|mute| !mute).await.is_err() || to_us.write_all(&chunk[..bytes]).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = out => {}
        () = back => {}
    }
}
