//! The vendors' HTTP APIs: authentication, then a folder a vendor. No vendor imports another.

pub mod address;
pub mod agentpage;
pub mod agentprofile;
pub mod auth;
pub mod body;
pub mod callcenter;
pub mod connection;
pub mod console;
pub mod docs;
pub mod openapi;
pub mod operation;
pub mod page;
pub mod panicked;
pub mod places;
pub mod queueevents;
pub mod route;
pub mod server;
pub mod shape;
pub mod tls;
pub mod updateagentstate;
pub mod wallboard;

use axum::http::StatusCode;

use self::openapi::Surface;

/// The status that an answer would have had, on an answer that says 200 because the account wants that. Not sent.
#[derive(Clone, Copy, Debug)]
pub struct Meant(pub StatusCode);

/// Every surface that there is, for the OpenAPI documents.
pub fn surfaces() -> Vec<Surface> {
    vec![callcenter::surface(), queueevents::surface(), agentprofile::surface(), updateagentstate::surface()]
}
