//! Log lines.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

use crate::config::{Log, LogFormat};

/// Which lines are logged.
///
/// # Errors
/// When `log.filter` is no filter.
pub fn filter(log: &Log) -> Result<EnvFilter, ParseError> {
    EnvFilter::builder().parse(&log.filter)
}

/// Sends log lines to standard error from now on; a second call changes nothing.
///
/// # Errors
/// When `log.filter` is no filter.
pub fn init(log: &Log) -> Result<(), ParseError> {
    let filter = filter(log)?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(std::io::stderr().is_terminal()).with_writer(std::io::stderr);
    // It would tell on standard error that standard error takes nothing, and panic.
    let lines = lines.log_internal_errors(false);
    // An error here means that a subscriber is there already, as in tests that start several services.
    let _ = match log.format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().try_init(),
    };
    Ok(())
}
