//! What the switch tells of calls: records of mod_json_cdr, and events.

use ccgate::clock::Millis;
use ccgate::domain::call::{Around, Leg};
use ccgate::esl::event::{Event, EventBuf};
use ccgate::switch::cdr;
use ccgate::switch::fact::Fact;
use ccgate::switch::name::Names;

/// # Panics
/// When something does not hold.
pub fn check(data: &[u8]) {
    let names = Names::default();
    if let Ok(read) = cdr::read(data, &names) {
        let (leg, _) = Leg::new(read.fact.leg.clone()).apply(&read.fact, &Around::default());
        drop(leg.data_now(Millis(0)));
    }
    let mut leg: Option<Leg> = None;
    for event in events(data) {
        let Some(Fact::Leg(fact)) = Fact::of(&event, &names) else { continue };
        let known = leg.take().unwrap_or_else(|| Leg::new(fact.leg.clone()));
        leg = Some(known.apply(&fact, &Around::default()).0);
    }
    if let Some(leg) = leg {
        let kept = serde_json::to_string(&leg).expect("a leg can be kept");
        assert_eq!(serde_json::from_str::<Leg>(&kept).expect("and read again"), leg);
    }
}

/// Events of the lines: a name, a `:` and a value; an empty line ends one.
fn events(data: &[u8]) -> Vec<Event> {
    let (mut events, mut event) = (Vec::new(), EventBuf::default());
    for line in data.split(|byte| *byte == b'\n') {
        if line.is_empty() {
            events.push(std::mem::take(&mut event));
            continue;
        }
        let (name, value) = line.split_at(line.iter().position(|byte| *byte == b':').unwrap_or(line.len()));
        event.push(&String::from_utf8_lossy(name), value.get(1..).unwrap_or_default());
    }
    events.push(event);
    events.iter().filter_map(|event| Event::from_frame(&event.encode_plain()).ok()).collect()
}
