//! How a channel looks in an event: its headers in FreeSWITCH's order, and the variables of its end.

use super::cause::{Cause, q850};
use super::channel::{Channel, OtherLeg, Profile, Times};
use super::events::{Event, local_date};
use crate::clock::Millis;

impl Channel {
    /// The channel's headers, in FreeSWITCH's order.
    pub(super) fn describe(&self, event: &mut Event) {
        event.add("Channel-State", self.state.name());
        event.add("Channel-Call-State", self.callstate);
        event.add("Channel-State-Number", if self.transferring { 2 } else { self.state.number(!self.up()) });
        event.add("Channel-Name", &self.name);
        event.add("Unique-ID", &self.uuid);
        event.add("Call-Direction", self.direction.as_str());
        event.add("Presence-Call-Direction", self.direction.as_str());
        event.add("Channel-HIT-Dialplan", self.hit_dialplan);
        if let Some(presence) = &self.presence_id {
            event.add("Channel-Presence-ID", presence);
        }
        event.add("Channel-Call-UUID", &self.call_uuid);
        event.add("Answer-State", self.answer_state());
        if let Some(cause) = self.hangup_cause {
            event.add("Hangup-Cause", cause);
        }
        if self.answered() || self.times.progress_media > 0 {
            for way in ["Read", "Write"] {
                event.add(&format!("Channel-{way}-Codec-Name"), "PCMU");
                event.add(&format!("Channel-{way}-Codec-Rate"), 8000);
                event.add(&format!("Channel-{way}-Codec-Bit-Rate"), 64000);
            }
        }
        self.profile_headers(event, "Caller", self.direction.as_str(), self.direction.as_str());
        if let Some(other) = &self.other {
            event.add("Other-Type", other.kind);
            other.headers(event);
        }
        for (name, value) in &self.vars {
            event.add(&format!("variable_{name}"), value);
        }
    }

    pub(super) fn profile_headers(&self, event: &mut Event, prefix: &str, direction: &str, logical: &str) {
        leg_headers(event, prefix, &self.profile, (direction, logical), (&self.uuid, &self.name));
        event.add(&format!("{prefix}-Profile-Index"), self.profile.index);
        time_headers(event, prefix, self.profile.created_us, &self.times);
    }
}

impl OtherLeg {
    fn headers(&self, event: &mut Event) {
        let direction = self.direction.as_str();
        leg_headers(event, "Other-Leg", &self.profile, (direction, "inbound"), (&self.uuid, &self.name));
        time_headers(event, "Other-Leg", self.profile.created_us, &self.times);
    }
}

fn leg_headers(event: &mut Event, prefix: &str, p: &Profile, directions: (&str, &str), id: (&str, &str)) {
    let mut add = |name: &str, value: &str, always: bool| {
        if always || !value.is_empty() {
            event.add(&format!("{prefix}-{name}"), value);
        }
    };
    add("Direction", directions.0, true);
    add("Logical-Direction", directions.1, true);
    add("Username", &p.username, false);
    add("Dialplan", &p.dialplan, false);
    add("Caller-ID-Name", &p.cid_name, false);
    add("Caller-ID-Number", &p.cid_number, true);
    add("Orig-Caller-ID-Name", &p.orig_cid_name, false);
    add("Orig-Caller-ID-Number", &p.orig_cid_number, true);
    add("Callee-ID-Name", &p.callee_name, false);
    add("Callee-ID-Number", &p.callee_number, false);
    add("Network-Addr", &p.network_addr, false);
    add("ANI", &p.ani, false);
    add("Destination-Number", &p.destination, true);
    add("Unique-ID", id.0, true);
    add("Source", p.source, true);
    add("Transfer-Source", &p.transfer_source, false);
    add("Context", &p.context, true);
    add("RDNIS", &p.rdnis, false);
    add("Channel-Name", id.1, true);
}

fn time_headers(event: &mut Event, prefix: &str, profile_created: i64, t: &Times) {
    for (name, value) in [
        ("Profile-Created-Time", profile_created),
        ("Channel-Created-Time", t.created),
        ("Channel-Answered-Time", t.answered),
        ("Channel-Progress-Time", t.progress),
        ("Channel-Progress-Media-Time", t.progress_media),
        ("Channel-Hangup-Time", t.hangup),
        ("Channel-Transfer-Time", 0),
        ("Channel-Resurrect-Time", 0),
        ("Channel-Bridged-Time", t.bridged),
        ("Channel-Last-Hold", t.last_hold),
        ("Channel-Hold-Accum", t.hold_accum),
    ] {
        event.add(&format!("{prefix}-{name}"), value);
    }
    event.add(&format!("{prefix}-Screen-Bit"), true);
    event.add(&format!("{prefix}-Privacy-Hide-Name"), false);
    event.add(&format!("{prefix}-Privacy-Hide-Number"), false);
}

impl Channel {
    /// The variables that appear when a call is over: cause, stamps, durations.
    pub(super) fn set_end_variables(&mut self, cause: Cause) {
        self.set("hangup_cause", cause);
        self.set("hangup_cause_q850", q850(cause));
        self.set("digits_dialed", "none");
        let t = self.times;
        let stamps = [
            ("start", t.created, true),
            ("profile_start", self.profile.created_us, true),
            ("answer", t.answered, true),
            ("bridge", t.bridged, true),
            ("progress", t.progress, true),
            ("progress_media", t.progress_media, true),
            ("end", t.hangup, true),
            ("last_hold", t.last_hold, false),
        ];
        for (name, us, stamped) in stamps {
            if stamped && us > 0 {
                self.set(&format!("{name}_stamp"), local_date(Millis(us / 1000)));
            }
        }
        for (name, us, _) in stamps {
            self.set(&format!("{name}_epoch"), us / 1_000_000);
            self.set(&format!("{name}_uepoch"), us);
        }
        if !self.last_app.0.is_empty() {
            let (app, arg) = self.last_app.clone();
            self.set("last_app", app);
            if !arg.is_empty() {
                self.set("last_arg", arg);
            }
        }
        self.set("hold_accum_seconds", t.hold_accum / 1_000_000);
        self.set("hold_accum_usec", t.hold_accum);
        self.set("hold_accum_ms", t.hold_accum / 1000);
        let caller_id = format!("\"{}\" <{}>", self.profile.cid_name, self.profile.cid_number);
        self.set("caller_id", caller_id);
        let since = |a: i64, b: i64| if a > 0 && b > 0 { (b - a).max(0) } else { 0 };
        let all = since(t.created, t.hangup);
        let lengths = [
            ("duration", "mduration", "uduration", all, true),
            ("billsec", "billmsec", "billusec", since(t.answered, t.hangup), true),
            ("progresssec", "progressmsec", "progressusec", since(t.created, t.progress), false),
            ("answersec", "answermsec", "answerusec", since(t.created, t.answered), false),
            ("waitsec", "waitmsec", "waitusec", since(t.created, t.bridged), false),
            ("progress_mediasec", "progress_mediamsec", "progress_mediausec", since(t.created, t.progress_media), false),
            ("flow_billsec", "flow_billmsec", "flow_billusec", all, true),
        ];
        // Whole seconds are differences of epoch seconds, not of milliseconds.
        let whole = |us: i64, ends: bool| if ends { (t.hangup / 1_000_000) - ((t.hangup - us) / 1_000_000) } else { us / 1_000_000 };
        for (s, ms, us, length, ends) in lengths {
            self.set(s, if length > 0 { whole(length, ends) } else { 0 });
            self.set(ms, length / 1000);
            self.set(us, length);
        }
    }
}
