//! `originate <call url> <exten>|&<application>(<args>) [dialplan] [context] [cid_name] [cid_num] [timeout_sec]`

use super::super::cause::Cause;
use super::super::dial::DialSpec;
use super::super::esl_session::ReplyTo;
use super::super::{ChanId, Core, args};

const USAGE: &str =
    "-USAGE: <call url> <exten>|&<application_name>(<app_args>) [<dialplan>] [<context>] [<cid_name>] [<cid_num>] [<timeout_sec>]\n";

impl Core {
    pub(super) fn api_originate(&mut self, to: ReplyTo, arg: &str) {
        let words = args::separate(arg, ' ', 10);
        if words.len() < 2 || words.len() > 7 {
            return self.api_done(to, USAGE);
        }
        let word = |i: usize| words.get(i).filter(|w| !w.eq_ignore_ascii_case("undef")).cloned();
        let (Some(url), Some(exten)) = (word(0), word(1)) else { return self.api_done(to, USAGE) };
        let context = word(3).unwrap_or_else(|| "default".into());
        let cid = word(4).map(|name| (name, word(5).unwrap_or_default()));
        let timeout_s = word(6).map(|t| args::atoi(&t)).filter(|t| *t > 0);
        let spec = DialSpec { text: url, vars: Vec::new(), cid, timeout_s, caller: None };
        self.dial(spec, Box::new(move |core, result| core.originated(to, result, &exten, &context)));
    }

    fn originated(&mut self, to: ReplyTo, result: Result<ChanId, Cause>, exten: &str, context: &str) {
        let leg = match result {
            Ok(leg) => leg,
            Err(why) => return self.api_done(to, &format!("-ERR {why}\n")),
        };
        let uuid = self.channels.get(&leg).map(|c| c.uuid.clone()).unwrap_or_default();
        self.api_done(to, &format!("+OK {uuid}\n"));
        match exten.strip_prefix('&').filter(|app| !app.is_empty()) {
            Some(app) => {
                let app = app.split(')').next().unwrap_or(app);
                let (name, data) = app.split_once('(').unwrap_or((app, ""));
                if let Some(channel) = self.channels.get_mut(&leg) {
                    channel.enter_dialplan();
                    channel.todo = [(name.to_string(), data.to_string())].into();
                }
                self.run_next(leg);
            }
            None => self.transfer(leg, exten, "XML", context),
        }
    }
}
