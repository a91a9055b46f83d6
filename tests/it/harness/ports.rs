//! Ports of loopback that nobody uses, for processes that cannot choose one themselves.

use std::net::{TcpListener, UdpSocket};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU32, Ordering};

/// Ports of one range of media.
const MEDIA_PORTS: u16 = 400;
/// Below what Linux gives to sockets that did not choose.
const MEDIA_SLOTS: u32 = 50;
const MEDIA_FIRST_PORT: u16 = 10_000;

/// Above what Linux gives to sockets that did not choose.
const SINGLE_FIRST_PORT: u16 = 61_000;
const SINGLE_PORTS: u32 = 4_500;

/// A port that is free for UDP and TCP alike, as SIP has both: another one each time, and elsewhere in each test process.
pub(crate) fn free() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    for _ in 0..SINGLE_PORTS {
        let place = std::process::id().wrapping_mul(97).wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % SINGLE_PORTS;
        let port = SINGLE_FIRST_PORT + u16::try_from(place).expect("a small number");
        if TcpListener::bind(("127.0.0.1", port)).is_ok() && UdpSocket::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no port is free for UDP and TCP alike");
}

/// Ports for the media of one switch: another range each time, and in each test process.
pub(crate) fn media() -> RangeInclusive<u16> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let slot = (std::process::id().wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed))) % MEDIA_SLOTS;
    let first = MEDIA_FIRST_PORT + u16::try_from(slot).expect("a small number") * MEDIA_PORTS;
    first..=first + MEDIA_PORTS - 1
}
