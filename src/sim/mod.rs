//! The simulated switch: a FreeSWITCH with mod_callcenter, as seen through its event socket, mod_xml_curl and phones.
//!
//! [`core`] is the switch itself, without IO: commands and phone acts go in with the time, frames and XML requests come
//! out, and the same seed gives the same bytes. [`server`] puts it on a TCP port and fetches its XML; [`phones`] are the
//! people at the telephones; [`fault`] breaks things; [`script`] plays one script to any switch, for comparison.
//!
//! It shares no code with what it is used to test: it writes its own frames and reads its own commands.

mod cdr;
pub mod core;
pub mod fault;
pub mod handle;
pub mod phones;
pub mod script;
pub mod server;
mod snapshot;

pub use core::{ConnId, Core, Output, SimConfig, XmlId};
pub use handle::{CallHandle, Handle};
pub use server::{Server, SimServerConfig};
