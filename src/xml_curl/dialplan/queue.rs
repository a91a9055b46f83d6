//! Queues: what a caller's channel is told, and where those go that no agent took.

use super::QueueCall;
use super::route::{RING_TIMEOUT_S, Routed};
use crate::domain::MediaId;
use crate::domain::number::ExtensionNumber;
use crate::domain::queue::{Exits, Playback, Settings};
use crate::reconcile::{Desired, DesiredAccount, DesiredQueue};
use crate::switch::recording::unexpanded;
use crate::xml_curl::request::Left;

/// The most sounds that are played in a row: FreeSWITCH's file_string takes 128.
const PLAYLIST_MAX: usize = 100;

impl QueueCall {
    /// A call to this queue.
    pub(super) fn new(routed: &Routed<'_>, queue: &DesiredQueue) -> Self {
        let settings = &queue.queue.settings;
        let sound = |id: Option<MediaId>| playable(routed.known.desired, routed.account, id?);
        let exits = settings.exits();
        let place = routed.known.desired.recordings();
        let account = routed.account.account.id;
        let recording = settings.record.is_none().then(|| unexpanded(&place.of_leg(account)));
        let from_outside = !routed.inside;
        Self {
            queue: queue.name.clone(),
            site: settings.site_id,
            ring_timeout_s: settings.ring_timeout.filter(|&seconds| seconds > 0).unwrap_or(RING_TIMEOUT_S),
            auto_answer: settings.auto_answer,
            join_announce: sound(settings.join_announce),
            agent_announce: sound(settings.pre_bridge_announce),
            music: playlist(routed, settings),
            exit_keys: exits.keys.iter().filter(|(_, number)| number.is_some()).map(|(key, _)| key.as_str()).collect(),
            exits: exits != Exits::default(),
            record_to: place.of_caller(account),
            record_ext: recording.clone().filter(|_| from_outside),
            record_int: recording.filter(|_| !from_outside),
        }
    }
}

/// Where a caller goes that left a queue in this way; nowhere when the queue does not say.
pub(super) fn exit(queue: &DesiredQueue, left: &Left) -> Option<ExtensionNumber> {
    let exits = queue.queue.settings.exits();
    match left {
        Left::Timeout => exits.timeout,
        Left::NoAgent => exits.no_agent,
        Left::Key(key) => exits.keys.get(key).cloned().flatten(),
    }
}

fn playable(desired: &Desired, account: &DesiredAccount, id: MediaId) -> Option<String> {
    account.media.get(&id).map(|media| media.playable(desired.media_folder()))
}

/// mod_callcenter plays it from its start again when it ends.
fn playlist(routed: &Routed<'_>, settings: &Settings) -> Option<String> {
    let repeated = |item: Playback| {
        let sound = playable(routed.known.desired, routed.account, item.media_id);
        std::iter::repeat_n(sound, usize::try_from(item.times).unwrap_or(usize::MAX)).flatten()
    };
    let sounds: Vec<String> = settings.playback().into_iter().flat_map(repeated).take(PLAYLIST_MAX).collect();
    (!sounds.is_empty()).then(|| format!("file_string://{}", sounds.join("!")))
}
