//! (skeleton)

pub mod fact;
