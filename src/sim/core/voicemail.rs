//! mod_voicemail as a caller meets it: a message is left in a mailbox that the directory knows. Menus are not here.

use super::{ChanId, Core, args};

/// From the start of the application to the record: a greeting and a beep.
const GREETING_MS: i64 = 1_500;
/// The least record that is kept (`min-record-len`).
const KEPT_MS: i64 = 2_000;
/// A caller that says nothing is recorded for this long (`record-silence-hits`).
const SILENCE_MS: i64 = 4_000;
/// Nobody keys in a password.
const LISTEN_MS: i64 = 15_000;

impl Core {
    /// `default <domain> <mailbox>` leaves a message; `check default <domain> <mailbox>` listens.
    pub(super) fn app_voicemail(&mut self, id: ChanId, serial: u64, data: &str) {
        self.answer(id);
        let words = args::separate(data, ' ', 5);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["check", ..] => self.after(LISTEN_MS, move |core| core.app_done(id, serial)),
            [_, domain, mailbox] => self.leave_message(id, serial, mailbox, domain),
            _ => self.app_done(id, serial),
        }
    }

    fn leave_message(&mut self, id: ChanId, serial: u64, mailbox: &str, domain: &str) {
        let params = vec![("action".to_string(), "voicemail-lookup".to_string())];
        let named = format!("{mailbox}@{domain}");
        self.find_user(
            mailbox,
            domain,
            params,
            Box::new(move |core, found| {
                if found.is_none() {
                    return core.app_done(id, serial);
                }
                core.after(GREETING_MS, move |core| {
                    let since = core.now;
                    if let Some(channel) = core.channels.get_mut(&id).filter(|c| c.app_serial == serial && c.up()) {
                        channel.leaves_message = Some((named, since));
                    }
                });
                core.after(GREETING_MS + SILENCE_MS, move |core| {
                    if core.channels.get(&id).is_some_and(|c| c.app_serial == serial && c.up()) {
                        core.message_ends(id);
                        core.app_done(id, serial);
                    }
                });
            }),
        );
    }

    /// The caller is silent, or has hung up.
    pub(super) fn message_ends(&mut self, id: ChanId) {
        let left = self.channels.get_mut(&id).and_then(|channel| channel.leaves_message.take());
        if let Some((mailbox, since)) = left
            && self.now.since(since) >= KEPT_MS
        {
            *self.messages.entry(mailbox).or_default() += 1;
        }
    }

    /// `vm_boxcount <mailbox>@<domain>`: new messages.
    pub(super) fn message_count(&self, mailbox: &str) -> String {
        self.messages.get(mailbox.trim()).copied().unwrap_or_default().to_string()
    }
}
