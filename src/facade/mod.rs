//! The vendors' HTTP APIs: authentication, then a folder a vendor. No vendor imports another.

pub mod auth;
pub mod callcenter;
pub mod connection;
