//! What several benchmarks are made of.

pub mod args;
pub mod bare;
pub mod drift;
pub mod figures;
pub mod freeswitch;
pub mod goals;
pub mod serve;
pub mod simulate;
