//! ccgate: the HTTP APIs of hosted call-centre vendors, on your own FreeSWITCH.
//!
//! ARCHITECTURE.md has the map and the invariants.

pub mod app;
pub mod clock;
pub mod config;
pub mod domain;
pub mod esl;
pub mod facade;
pub mod operations;
pub mod push;
pub mod reconcile;
pub mod service;
pub mod sim;
pub mod store;
pub mod switch;
pub mod telemetry;
pub mod xml_curl;
