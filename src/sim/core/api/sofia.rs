//! `sofia_contact`, `sofia status profile <name> reg`, `user_exists`.

use super::super::esl_session::ReplyTo;
use super::super::events::local_date;
use super::super::{Core, args};

const RULE: &str = "=================================================================================================";

impl Core {
    pub(super) fn sofia_api(&mut self, command: &str, arg: &str) -> Option<String> {
        Some(match command {
            "sofia_contact" => self.sofia_contact(arg.trim()),
            "sofia" => {
                let words = args::separate(arg, ' ', 8);
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                match words.as_slice() {
                    ["status", "profile", "internal", "reg", ..] => self.registration_report(),
                    ["status", "profile", name, ..] if *name != "internal" && *name != "external" => "Invalid Profile!\n".into(),
                    ["status", ..] => self.sofia_status(),
                    ["profile", name, "flush_inbound_reg", rest @ ..] => self.flush_registrations(name, rest),
                    ["profile", name, "rescan" | "restart" | "start" | "killgw", ..] => format!("+OK scan complete {name}\n"),
                    _ => "-ERR Unknown command!\n".into(),
                }
            }
            _ => return None,
        })
    }

    fn sofia_status(&self) -> String {
        format!(
            "                     Name\t   Type\t                                      Data\tState\n{RULE}\n\
             \x20                internal\tprofile\t          sip:mod_sofia@127.0.0.1:5060\tRUNNING ({})\n\
             \x20                external\tprofile\t          sip:mod_sofia@127.0.0.1:5080\tRUNNING (0)\n{RULE}\n2 profiles 0 aliases\n",
            self.channels.len()
        )
    }

    fn registration_report(&self) -> String {
        let mut text = format!("\nRegistrations:\n{RULE}\n");
        let registered: Vec<_> = self.registrations.iter().filter(|row| !row.flushed).collect();
        for row in &registered {
            let (user, domain) = (&row.key.user, &row.key.domain);
            let left = row.expires_at.since(self.now) / 1000;
            text.push_str(&format!(
                "Call-ID:    \t{}\nUser:       \t{user}@{domain}\nContact:    \t\"\" <{}>\nAgent:      \tunknown\n\
                 Status:     \tRegistered(UDP)(unknown) EXP({}) EXPSECS({left})\nPing-Status:\tReachable\nPing-Time:\t0.00\n\
                 Host:       \t{}\nIP:         \t127.0.0.1\nPort:       \t{}\nAuth-User:  \t{user}\nAuth-Realm: \t{domain}\n\
                 MWI-Account:\t{user}@{domain}\n\n",
                row.call_id,
                row.uri(),
                local_date(row.expires_at),
                self.cfg.hostname,
                row.port,
            ));
        }
        text + &format!("Total items returned: {}\n{RULE}\n", registered.len())
    }

    fn flush_registrations(&mut self, profile: &str, which: &[&str]) -> String {
        let wanted = which.first().copied();
        let gone: Vec<_> = self
            .registrations
            .iter()
            .filter(|r| wanted.is_none_or(|w| w == r.call_id || w == format!("{}@{}", r.key.user, r.key.domain)))
            .map(|r| r.key.clone())
            .collect();
        for key in gone {
            self.flush_registration(&key);
        }
        match wanted {
            Some(w) => format!("+OK flushing all registrations matching specified string: {w}\n"),
            None => format!("+OK flushing all registrations in profile {profile}\n"),
        }
    }

    pub(super) fn api_user_exists(&mut self, to: ReplyTo, arg: &str) {
        let words = args::separate(arg, ' ', 3);
        let [_, user, domain] = words.as_slice() else {
            return self.api_done(to, "-ERR Usage: user_exists <key> <user> <domain>\n");
        };
        let params = self.base_headers("REQUEST_PARAMS", ("mod_commands.c", "user_data_function"));
        self.find_user(
            user,
            domain,
            params,
            Box::new(move |core, user| {
                core.api_done(to, if user.is_some() { "true" } else { "false" });
            }),
        );
    }
}
