//! The `ccgate` command.

fn main() {}
