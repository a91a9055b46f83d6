//! Callers who are sent from a queue to one of its exits.

/// The dialplan context in which a caller who leaves a queue is routed to an extension of its account. Only transfers of ours put calls there;
/// `ccgate_account_id` on the channel says whose call it is.
pub const CONTEXT: &str = "ccgate-exit";
