//! Hangup causes: the names and Q.850 numbers that FreeSWITCH uses.

pub(crate) type Cause = &'static str;

pub(super) const NORMAL_CLEARING: Cause = "NORMAL_CLEARING";
pub(super) const NO_ANSWER: Cause = "NO_ANSWER";
pub(super) const ALLOTTED_TIMEOUT: Cause = "ALLOTTED_TIMEOUT";
pub(super) const ORIGINATOR_CANCEL: Cause = "ORIGINATOR_CANCEL";
pub(super) const LOSE_RACE: Cause = "LOSE_RACE";
pub(super) const USER_BUSY: Cause = "USER_BUSY";
pub(super) const CALL_REJECTED: Cause = "CALL_REJECTED";
pub(super) const SUBSCRIBER_ABSENT: Cause = "SUBSCRIBER_ABSENT";
pub(super) const USER_NOT_REGISTERED: Cause = "USER_NOT_REGISTERED";
pub(super) const DESTINATION_OUT_OF_ORDER: Cause = "DESTINATION_OUT_OF_ORDER";
pub(super) const NO_ROUTE_DESTINATION: Cause = "NO_ROUTE_DESTINATION";
pub(super) const MANAGER_REQUEST: Cause = "MANAGER_REQUEST";
pub(super) const MANDATORY_IE_MISSING: Cause = "MANDATORY_IE_MISSING";
pub(super) const INVALID_GATEWAY: Cause = "INVALID_GATEWAY";
pub(super) const REQUESTED_CHAN_UNAVAIL: Cause = "REQUESTED_CHAN_UNAVAIL";
pub(super) const CHAN_NOT_IMPLEMENTED: Cause = "CHAN_NOT_IMPLEMENTED";

const TABLE: &[(Cause, u32)] = &[
    ("NONE", 0),
    ("UNALLOCATED_NUMBER", 1),
    ("NO_ROUTE_TRANSIT_NET", 2),
    (NO_ROUTE_DESTINATION, 3),
    ("CHANNEL_UNACCEPTABLE", 6),
    (NORMAL_CLEARING, 16),
    (USER_BUSY, 17),
    ("NO_USER_RESPONSE", 18),
    (NO_ANSWER, 19),
    (SUBSCRIBER_ABSENT, 20),
    (CALL_REJECTED, 21),
    ("NUMBER_CHANGED", 22),
    (DESTINATION_OUT_OF_ORDER, 27),
    ("INVALID_NUMBER_FORMAT", 28),
    ("FACILITY_REJECTED", 29),
    ("NORMAL_UNSPECIFIED", 31),
    ("NORMAL_CIRCUIT_CONGESTION", 34),
    ("NETWORK_OUT_OF_ORDER", 38),
    ("NORMAL_TEMPORARY_FAILURE", 41),
    ("SWITCH_CONGESTION", 42),
    (REQUESTED_CHAN_UNAVAIL, 44),
    ("FACILITY_NOT_SUBSCRIBED", 50),
    ("OUTGOING_CALL_BARRED", 52),
    ("INCOMING_CALL_BARRED", 54),
    ("SERVICE_UNAVAILABLE", 63),
    (CHAN_NOT_IMPLEMENTED, 66),
    ("SERVICE_NOT_IMPLEMENTED", 79),
    ("INCOMPATIBLE_DESTINATION", 88),
    (MANDATORY_IE_MISSING, 96),
    ("INVALID_IE_CONTENTS", 100),
    ("RECOVERY_ON_TIMER_EXPIRE", 102),
    ("PROTOCOL_ERROR", 111),
    ("INTERWORKING", 127),
    ("SUCCESS", 142),
    (ORIGINATOR_CANCEL, 487),
    ("CRASH", 500),
    ("SYSTEM_SHUTDOWN", 501),
    (LOSE_RACE, 502),
    (MANAGER_REQUEST, 503),
    ("BLIND_TRANSFER", 600),
    ("ATTENDED_TRANSFER", 601),
    ("ALLOTTED_TIMEOUT", 602),
    ("USER_CHALLENGE", 603),
    ("MEDIA_TIMEOUT", 604),
    ("PICKED_OFF", 605),
    (USER_NOT_REGISTERED, 606),
    ("PROGRESS_TIMEOUT", 607),
    (INVALID_GATEWAY, 608),
    ("GATEWAY_DOWN", 609),
];

/// The cause of this name (any case), or of this number.
pub(super) fn parse(text: &str) -> Option<Cause> {
    let text = text.trim();
    if let Ok(number) = text.parse::<u32>() {
        return TABLE.iter().find(|(_, q)| *q == number).map(|(n, _)| *n);
    }
    TABLE.iter().find(|(n, _)| n.eq_ignore_ascii_case(text)).map(|(n, _)| *n)
}

/// The number in `variable_hangup_cause_q850`: 16 to 127 as they are, FreeSWITCH's own ones as 16.
pub(super) fn q850(cause: Cause) -> u32 {
    match TABLE.iter().find(|(n, _)| *n == cause) {
        Some((_, q)) if *q < 128 => *q,
        _ => 16,
    }
}

/// The cause that a SIP final response of this code stands for.
pub(super) fn sip_status(cause: Cause) -> (u32, &'static str) {
    match cause {
        "UNALLOCATED_NUMBER" | NO_ROUTE_DESTINATION => (404, "Not Found"),
        USER_BUSY => (486, "Busy Here"),
        CALL_REJECTED => (603, "Decline"),
        REQUESTED_CHAN_UNAVAIL => (302, "Moved Temporarily"),
        "NORMAL_TEMPORARY_FAILURE" => (503, "Service Unavailable"),
        _ => (480, "Temporarily Unavailable"),
    }
}
