//! The vendors' HTTP APIs: authentication, then a folder a vendor. No vendor imports another.

pub mod agentprofile;
pub mod auth;
pub mod body;
pub mod callcenter;
pub mod connection;
pub mod docs;
pub mod updateagentstate;
