//! FreeSWITCH's event socket: bytes only, nothing of ours.
//!
//! From the wire upwards: [`frame`] (a sans-IO decoder and what it yields), [`request`] (the same for what a client sends),
//! [`event`] and [`command`] (what frames mean), [`reply`] (what the switch answered), [`connection`] (framed IO over any
//! stream) and [`client`] (two supervised connections to one switch). [`backoff`] is the pure part of reconnecting.
//!
//! Nothing here knows mod_callcenter, agents or calls: that is `switch`. The simulated switch uses the same codec from the
//! other side.

pub mod api;
pub mod backoff;
pub mod client;
pub mod command;
pub mod connection;
pub mod event;
pub mod frame;
pub mod quote;
pub mod reply;
pub mod request;
pub mod text;

mod decode;
mod event_buf;
mod json;
mod line;
mod percent;
