//! Recording a leg: what is said of it. No file is written.

use super::{ChanId, Core};

const ASYNC: &str = "switch_ivr_async.c";

impl Core {
    /// Records a leg into a file from now on, as mod_callcenter and `record_session` do; with no path nothing is recorded, and a file that is
    /// recorded into already goes on.
    pub(super) fn record(&mut self, id: ChanId, data: &str) {
        let Some(file) = data.split_whitespace().next().map(str::to_owned) else { return };
        let Some(channel) = self.channels.get_mut(&id).filter(|channel| channel.up()) else { return };
        if channel.recordings.iter().any(|(known, _)| *known == file) {
            return;
        }
        channel.recordings.push((file.clone(), self.now));
        self.channel_event(id, "RECORD_START", (ASYNC, "record_callback"), &[("Record-File-Path", &file)]);
        self.counters.recordings.push(file);
    }

    /// The leg ends, and what is recorded of it before that is told.
    pub(super) fn recordings_end(&mut self, id: ChanId) {
        let Some(channel) = self.channels.get_mut(&id) else { return };
        for (file, since) in std::mem::take(&mut channel.recordings) {
            let ms = self.now.since(since);
            if let Some(channel) = self.channels.get_mut(&id) {
                channel.set("record_samples", ms * 8);
                channel.set("record_seconds", ms / 1_000);
                channel.set("record_ms", ms);
            }
            self.channel_event(id, "RECORD_STOP", (ASYNC, "send_record_stop_event"), &[("Record-File-Path", &file)]);
        }
    }

    /// `uuid_record <uuid> mask|unmask <path>`, of a file that is recorded into.
    pub(super) fn uuid_record(&mut self, words: &[&str]) -> String {
        let &[uuid, action @ ("mask" | "unmask"), file, ..] = words else {
            return "-USAGE: <uuid> [start|stop|mask|unmask] <path> [<limit>] [<recording_vars>]\n".into();
        };
        let Some(channel) = self.by_uuid.get(uuid).and_then(|id| self.channels.get(id)) else {
            return "-ERR Cannot locate session!\n".into();
        };
        if !channel.recordings.iter().any(|(known, _)| known == file) {
            return format!("-ERR Cannot {action} recording session!\n");
        }
        let masked = &mut self.counters.masked;
        masked.retain(|known| known != file);
        if action == "mask" {
            masked.push(file.to_owned());
        }
        "+OK Success\n".into()
    }

    /// `strftime`, of today and in UTC.
    pub(super) fn strftime(&self, format: &str) -> String {
        jiff::Timestamp::from_millisecond(self.now.0).map(|now| now.strftime(format).to_string()).unwrap_or_default()
    }
}
