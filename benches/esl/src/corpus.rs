//! What is decoded: what a FreeSWITCH 1.10.12 said, in `corpus/`.

/// One message, and what is looked up in it.
pub struct Message {
    pub name: &'static str,
    pub bytes: Vec<u8>,
    /// Headers of an event, from its beginning to its end; the last is not there. None for a reply.
    pub headers: Option<[&'static str; 5]>,
}

/// Every message, the smallest first.
pub fn messages() -> Vec<Message> {
    let event = |name, bytes: &[u8], headers| Message { name, bytes: bytes.to_vec(), headers: Some(headers) };
    vec![
        event(
            "event of 0.5 kB",
            include_bytes!("../corpus/event-0.5kB.txt"),
            ["Event-Subclass", "Event-Name", "Event-Date-Timestamp", "CC-Action", "CC-Queue"],
        ),
        event(
            "event of 3 kB",
            include_bytes!("../corpus/event-3kB.txt"),
            ["Event-Name", "Event-Date-Timestamp", "Unique-ID", "variable_ccgate_call", "Other-Leg-Unique-ID"],
        ),
        event(
            "event of 5 kB",
            include_bytes!("../corpus/event-5kB.txt"),
            ["Event-Name", "Event-Date-Timestamp", "Unique-ID", "variable_sip_call_id", "Other-Leg-Unique-ID"],
        ),
        event(
            "event of 30 kB",
            include_bytes!("../corpus/event-30kB.txt"),
            ["Event-Name", "Unique-ID", "Hangup-Cause", "variable_end_uepoch", "Other-Leg-Unique-ID"],
        ),
        Message { name: "reply of 1 MB", bytes: reply(1_000_000), headers: None },
    ]
}

/// The recorded list of agents, its rows over and over until the body is that long.
fn reply(body_bytes: usize) -> Vec<u8> {
    let recorded = include_str!("../corpus/agent-list.txt");
    let (_, body) = recorded.split_once("\n\n").expect("a head and a body");
    let (names, rows) = body.split_once('\n').expect("the names of the columns");
    let rows = rows.strip_suffix("+OK\n").expect("the end of a listing");
    let mut listing = format!("{names}\n");
    while listing.len() < body_bytes {
        listing.push_str(rows);
    }
    listing.push_str("+OK\n");
    format!("Content-Type: api/response\nContent-Length: {}\n\n{listing}", listing.len()).into_bytes()
}
