//! (skeleton)

pub mod calls;
