//! What the switch shows of itself: any listing is read or refused, and whatever it says, what is to be done about it can be written.

use ccgate::esl::command::Command;
use ccgate::reconcile::{plan, served::ServedQueues};
use ccgate::switch::Observed;
use ccgate::switch::observed::{agents, channels, members, queues, registrations, tiers};

use super::{office, texts};

/// # Panics
/// When something does not hold.
pub fn check(data: &[u8]) {
    let [one, two, three, four, five, six]: [String; 6] = texts(data);
    let seen = Observed {
        core_uuid: "core".to_owned(),
        now_s: 1_800_000_000,
        agents: agents(one.as_bytes()).unwrap_or_default(),
        tiers: tiers(two.as_bytes()).unwrap_or_default(),
        queues: queues(three.as_bytes()).unwrap_or_default(),
        members: members(four.as_bytes()).unwrap_or_default(),
        registrations: registrations(five.as_bytes()).unwrap_or_default(),
        channels: channels(six.as_bytes()).unwrap_or_default(),
    };
    for step in plan(&office::desired(), &seen, &ServedQueues::default()).steps {
        let api = step.api().expect("a step can be written");
        let mut out = bytes::BytesMut::new();
        Command::Api(api).encode_into(&mut out);
        assert_eq!(out.iter().filter(|byte| matches!(byte, b'\r' | b'\n' | 0)).count(), 2, "{out:?}");
    }
}
