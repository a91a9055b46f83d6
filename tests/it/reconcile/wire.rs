//! The cable between ccgate and a switch, which can be cut.

use std::net::SocketAddr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A cable. Cut connections are gone; new ones go through.
pub(crate) struct Wire {
    cuts: watch::Sender<u32>,
    near: SocketAddr,
}

impl Wire {
    /// A cable to that address.
    pub(crate) async fn to(far: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let near = listener.local_addr().unwrap();
        let (cuts, seen) = watch::channel(0);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(carry(near, far, seen.clone()));
            }
        });
        Self { cuts, near }
    }

    /// Its near end.
    pub(crate) fn near(&self) -> SocketAddr {
        self.near
    }

    /// Cuts every connection there is.
    pub(crate) fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }
}

async fn carry(mut near: TcpStream, far: SocketAddr, mut cuts: watch::Receiver<u32>) {
    cuts.mark_unchanged();
    // A switch that is away refuses: the near end sees its connection closed.
    let Ok(mut far) = TcpStream::connect(far).await else { return };
    tokio::select! {
        _ = copy_bidirectional(&mut near, &mut far) => {}
        _ = cuts.changed() => {}
    }
}
