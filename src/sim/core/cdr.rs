//! What mod_json_cdr writes of a channel that ended (`switch_ivr_generate_json_cdr`), as far as anybody reads it: no app_log, no callStats.

use super::args::encode;
use super::channel::Channel;
use super::jsontext::Json;
use super::{ChanId, Core, Output};

impl Core {
    /// The record of a leg that was hung up.
    pub(super) fn write_cdr(&mut self, id: ChanId) {
        if let Some(channel) = self.channels.get(&id) {
            let json = channel.cdr(&self.core_uuid, &self.cfg.hostname).to_string();
            self.out.push_back(Output::Record { uuid: channel.uuid.clone(), json });
        }
    }
}

impl Channel {
    fn cdr(&self, core_uuid: &str, hostname: &str) -> Json {
        let variables = self.vars.iter().map(|(name, value)| (name.clone(), encode(value).into())).collect();
        let (p, t) = (&self.profile, &self.times);
        let profile = [
            ("username", p.username.as_str()),
            ("dialplan", &p.dialplan),
            ("caller_id_name", &p.cid_name),
            ("ani", &p.ani),
            ("aniii", ""),
            ("caller_id_number", &p.cid_number),
            ("network_addr", &p.network_addr),
            ("rdnis", &p.rdnis),
            ("destination_number", &p.destination),
            ("uuid", &self.uuid),
            ("source", p.source),
            ("context", &p.context),
            ("chan_name", &self.name),
        ];
        let times = [
            ("created_time", t.created),
            ("profile_created_time", p.created_us),
            ("progress_time", t.progress),
            ("progress_media_time", t.progress_media),
            ("answered_time", t.answered),
            ("bridged_time", t.bridged),
            ("last_hold_time", t.last_hold),
            ("hold_accum_time", t.hold_accum),
            ("hangup_time", t.hangup),
            ("resurrect_time", 0),
            ("transfer_time", 0),
        ];
        let flow = object([
            ("dialplan", p.dialplan.as_str().into()),
            ("profile_index", p.index.to_string().into()),
            ("caller_profile", object(profile.map(|(name, value)| (name, value.into())))),
            ("times", object(times.map(|(name, us)| (name, us.to_string().into())))),
        ]);
        let data = [("state", "CS_REPORTING"), ("direction", self.direction.as_str()), ("state_number", "11")];
        object([
            ("core-uuid", core_uuid.into()),
            ("switchname", hostname.into()),
            ("channel_data", object(data.map(|(name, value)| (name, value.into())))),
            ("variables", Json::Object(variables)),
            ("callflow", Json::List(vec![flow])),
        ])
    }
}

fn object<const N: usize>(fields: [(&str, Json); N]) -> Json {
    Json::Object(fields.map(|(name, value)| (name.to_owned(), value)).into())
}
