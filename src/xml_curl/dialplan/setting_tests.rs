//! What users, queues, dial rules and mailboxes set of a call.

use super::tests::{ACCOUNT, FREE, TAKEN, call, end, extension, from_outside, label, presence, rows};
use super::*;
use crate::domain::device::Ring;
use crate::domain::dial_rule::DialRule;
use crate::domain::extension::{Kind, Target};
use crate::domain::media::Media;
use crate::domain::number::Gateway;
use crate::domain::user::DeviceOverrides;
use crate::domain::voicemail::Voicemail;
use crate::domain::{DialRuleId, MediaId, Resource, VoicemailId, account};
use crate::reconcile::build::{Rows, build};
use crate::reconcile::{Desired, Options};
use crate::xml_curl::request::{Call, Left, LeftQueue};

/// The place of user 7, who sits at phone [`TAKEN`], and of user 8, who owns [`FREE`] and a mobile.
const CALLER: usize = 0;
const CALLEE: usize = 1;

fn number(text: &str) -> ExtensionNumber {
    ExtensionNumber::parse(text).unwrap()
}

fn resource<K: crate::domain::resource::Kind>(id: i64, settings: K) -> Resource<K> {
    Resource { id: id.into(), account_id: ACCOUNT, name: label("${system id}"), settings }
}

/// The office with a mailbox 300.
pub(in crate::xml_curl) fn with_mailbox() -> Desired {
    changed(|_| {})
}

/// The same, changed.
pub(in crate::xml_curl) fn changed(change: impl FnOnce(&mut Rows)) -> Desired {
    let mut rows = rows(account::Settings::default());
    let email = Some("dana@example.org".to_owned());
    let mailbox = Voicemail { number: number("300"), password: "1234".to_owned().try_into().unwrap(), email };
    rows.voicemails = vec![resource(9, mailbox)];
    rows.extensions.push(extension(9, "309", Kind::Internal, Target::Voicemail(VoicemailId(9))));
    change(&mut rows);
    build(rows, &Options { gateway: Gateway::parse("carrier").ok(), ..Options::default() })
}

fn routed(change: impl FnOnce(&mut Rows), call: &Call) -> Route {
    let desired = changed(change);
    route(Known { desired: &desired, presence: &presence() }, call)
}

/// The applications of that, but for those that every call has.
fn rendered(change: impl FnOnce(&mut Rows), call: &Call) -> String {
    let text = render(&routed(change, call), call, false).unwrap();
    let actions = text.split("<action application=\"").skip(1).filter(|action| !action.starts_with("export"));
    let action = |action: &str| action.replace("\" data=\"", " ").split_once("\"/>").unwrap().0.to_owned();
    actions.map(action).collect::<Vec<_>>().join("\n")
}

fn ring(rows: &mut Rows, device: i64, ring: Ring) {
    rows.devices.iter_mut().find(|row| row.id.0 == device).unwrap().ring = ring;
}

#[test]
fn a_caller_whose_number_cannot_be_sent_on_is_anonymous() {
    let by = |number: &str| rendered(|_| {}, &Call { caller_number: Some(number.to_owned()), ..from_outside("+97231234567") });
    for sent in ["+972501234567", "anonymous", "dana.d_2-x"] {
        assert!(!by(sent).contains("effective_caller_id_number"), "{sent}");
    }
    for hostile in ["1 2", "1<2>", "${system(id)}", "1;x=y", "\"1", "1\n2", &"1".repeat(65)] {
        assert!(by(hostile).contains("set effective_caller_id_number=anonymous"), "{hostile}");
    }
}

#[test]
fn devices_that_ring_at_once_have_their_delays_and_timeouts() {
    let change = |rows: &mut Rows| {
        rows.users[CALLEE].settings.follow_me = 0;
        ring(rows, FREE, Ring { ring: 2, delay: 5, timeout: 0 });
        ring(rows, 3, Ring { ring: 1, delay: 0, timeout: 8 });
    };
    insta::assert_snapshot!(rendered(change, &call(TAKEN, "208")));
}

#[test]
fn devices_that_ring_in_turn_share_the_calls_time() {
    let change = |rows: &mut Rows| {
        rows.users[CALLEE].settings.follow_me = 15;
        rows.users[CALLEE].settings.call_timeout = Some(20);
        ring(rows, FREE, Ring { ring: 2, delay: 5, timeout: 0 });
        ring(rows, 3, Ring { ring: 1, delay: 0, timeout: 8 });
    };
    let text = rendered(change, &call(TAKEN, "208"));
    let turns: Vec<_> = text.lines().last().unwrap().split('|').map(|leg| leg.contains("leg_delay_start")).collect();
    assert_eq!(turns, [false, false], "{text}");
    assert!(
        text.contains("[ccgate_device_id=3,ccgate_user_id=8,leg_timeout=8,")
            && text.contains("[ccgate_device_id=2,ccgate_user_id=8,leg_timeout=12]"),
        "{text}"
    );
}

#[test]
fn a_user_that_does_not_answer_has_a_mailbox() {
    let mailbox = |rows: &mut Rows| {
        rows.users[CALLEE].settings.vm_id = Some(VoicemailId(9));
        rows.users[CALLEE].settings.call_timeout = Some(12);
    };
    insta::assert_snapshot!(rendered(mailbox, &call(TAKEN, "208")));
    let without_phones = |rows: &mut Rows| {
        mailbox(rows);
        rows.devices.retain(|device| device.id.0 == TAKEN);
    };
    let Route::Connect(connection) = routed(without_phones, &call(TAKEN, "208")) else { panic!("there is a mailbox") };
    assert_eq!(connection.to, Destination::Mailbox(number("300")));
}

#[test]
fn a_mailbox_is_dialled_and_listened_to() {
    insta::assert_snapshot!(rendered(|_| {}, &call(TAKEN, "309")));
    let own = |rows: &mut Rows| rows.users[CALLER].settings.vm_id = Some(VoicemailId(9));
    assert!(rendered(own, &call(TAKEN, "*97")).ends_with("answer \nsleep 300\nvoicemail check default lab.local 300"));
    assert_eq!(end(routed(|_| {}, &call(TAKEN, "*97"))), Some(Cause::UnallocatedNumber), "the caller has none");
    assert_eq!(end(routed(own, &call(FREE, "*97"))), Some(Cause::FacilityNotSubscribed), "nobody sits there");
    assert_eq!(end(routed(|rows| rows.voicemails.clear(), &call(TAKEN, "309"))), Some(Cause::UnallocatedNumber));
}

/// Of the caller, who is user 7.
fn shown(own: DeviceOverrides) -> impl Fn(&mut Rows) {
    move |rows| {
        rows.users[CALLER].settings.override_device = true;
        rows.users[CALLER].settings.device = own.clone();
    }
}

#[test]
fn who_is_called_sees_what_the_caller_says() {
    let own = DeviceOverrides {
        ecnam: Some(label("Sales ${system id}")),
        ecnum: Some(number("+97237654321")),
        ocnam: Some(label("Dana")),
        ..DeviceOverrides::default()
    };
    let seen = |to: &str| {
        let text = rendered(shown(own.clone()), &call(TAKEN, to));
        text.lines().filter_map(|line| line.strip_prefix("set effective_caller_id_")).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(seen("0312345678"), "number=+97237654321 name=Sales system id");
    assert_eq!(seen("208"), "number=1001 name=Dana");
    assert_eq!(seen("700"), "number=1001 name=Dana", "a queue is the office");
    assert_eq!(seen("112"), "number=+97237654321 name=Sales system id");
    let click = Call { context: "ccgate".to_owned(), user_id: Some(7), ..call(TAKEN, "0312345678") };
    assert!(!rendered(shown(own.clone()), &click).contains("\nset effective_caller_id"), "a click-to-call has brought its own");
}

#[test]
fn calls_are_recorded_as_either_side_says() {
    let record = "execute_on_answer_record=record_session \
        /var/lib/freeswitch/recordings/1/${strftime(%Y/%m/%d)}/${ccgate_call_id}-${create_uuid()}.wav";
    let recorded = |own: DeviceOverrides, to: &str| rendered(shown(own), &call(TAKEN, to)).contains(record);
    let out = DeviceOverrides { rec_out_ext: Some(true), ..DeviceOverrides::default() };
    assert!(recorded(out.clone(), "0312345678") && !recorded(out, "208"));
    let inside = DeviceOverrides { rec_out_int: Some(true), ..DeviceOverrides::default() };
    assert!(recorded(inside.clone(), "208") && !recorded(inside, "0312345678"));
    let callee = |own: DeviceOverrides| {
        move |rows: &mut Rows| {
            rows.users[CALLEE].settings.override_device = true;
            rows.users[CALLEE].settings.device = own;
        }
    };
    let by_office = DeviceOverrides { rec_inb_int: Some(true), ..DeviceOverrides::default() };
    assert!(rendered(callee(by_office.clone()), &call(TAKEN, "208")).contains(record));
    assert!(!rendered(callee(by_office), &call(TAKEN, "201")).contains(record), "that is another's phone");
    insta::assert_snapshot!(rendered(
        shown(DeviceOverrides { user_record: Some(true), ..DeviceOverrides::default() }),
        &call(TAKEN, "0312345678")
    ));
}

#[test]
fn a_dial_rule_bars_and_rewrites() {
    let rule = DialRule {
        deny: vec![number("1900"), number("11")],
        gateway: Gateway::parse("cheap").ok(),
        strip: 1,
        prepend: Some(number("+972")),
        caller_number: Some(number("500")),
        ..DialRule::default()
    };
    let ruled = |rows: &mut Rows| {
        rows.dial_rules = vec![resource(4, rule.clone())];
        rows.users[CALLER].settings.dr_id = Some(DialRuleId(4));
    };
    assert_eq!(end(routed(ruled, &call(TAKEN, "1900123"))), Some(Cause::OutgoingCallBarred));
    assert!(rendered(ruled, &call(TAKEN, "0312345678")).ends_with("]sofia/gateway/cheap/+972312345678"));
    let click = Call { context: "ccgate".to_owned(), user_id: Some(7), ..call(FREE, "1900123") };
    assert_eq!(end(routed(ruled, &click)), Some(Cause::OutgoingCallBarred), "it is the clicking user's rule");
    assert!(matches!(routed(ruled, &Call { user_id: None, ..click }), Route::Connect(_)), "user 8 owns that phone");
    assert!(rendered(ruled, &call(TAKEN, "112")).ends_with("]sofia/gateway/carrier/112"), "but for emergencies");
}

fn queue_with_everything(rows: &mut Rows) {
    rows.media = vec![
        resource(1, Media::Tone { spec: crate::domain::media::ToneSpec::parse("%(100,0,440)").unwrap() }),
        resource(2, Media::File { path: crate::domain::media::MediaPath::parse("hello.wav").unwrap() }),
    ];
    let settings = &mut rows.queues[0].settings;
    settings.join_announce = Some(MediaId(2));
    settings.pre_bridge_announce = Some(MediaId(1));
    settings.music_advanced = true;
    settings.audio_playback =
        Some(serde_json::json!([{"media_id": 2, "times": 2}, {"media_id": 77, "times": 1}, {"media_id": 1, "times": 1}]));
    settings.exits = Some(serde_json::json!({"timeout": "208", "no_agent": null, "keys": {"1": "309", "#": "999", "2": null}}));
}

#[test]
fn a_queue_has_announcements_music_and_exits() {
    insta::assert_snapshot!(rendered(queue_with_everything, &from_outside("+97231234567")));
    let recorded = |rows: &mut Rows| rows.queues[0].settings.record = Some(true);
    let text = rendered(recorded, &from_outside("+97231234567"));
    assert!(text.contains("\nset ccgate_record_ext=\n"), "the queue records, not the agent: {text}");
    let text = rendered(|_| {}, &call(TAKEN, "700"));
    assert!(
        text.contains("\nset ccgate_record_int=/var/lib/freeswitch/recordings/1/\\${strftime(%Y/%m/%d)}/\\${ccgate_call_id}-"),
        "{text}"
    );
    assert!(text.contains("\nset ccgate_record_to=/var/lib/freeswitch/recordings/1/${strftime(%Y/%m/%d)}/${uuid}.wav\n"), "{text}");
    let again = rendered(|_| {}, &Call { recording_named: true, ..call(TAKEN, "700") });
    assert!(!again.contains("ccgate_record_to"), "one file for a caller: {again}");
    let own = "/srv/1/2026/11/25/a-b.wav".to_owned();
    let recorded = rendered(|_| {}, &Call { recorded_to: Some(own.clone()), ..call(TAKEN, "700") });
    assert!(recorded.contains(&format!("\nset ccgate_record_to={own}\n")), "nor for a leg that is recorded: {recorded}");
}

fn left(how: Left) -> Call {
    let left = Some(LeftQueue { queue_id: 5, how });
    Call { context: "ccgate-exit".to_owned(), account_id: Some(ACCOUNT.0), left, ..call(0, "queue-exit") }
}

#[test]
fn a_caller_leaves_a_queue_by_its_exits() {
    let to = |how| match routed(queue_with_everything, &left(how)) {
        Route::Connect(connection) if end(Route::Connect(connection.clone())).is_none() => {
            Ok((connection.number.to_string(), connection.call_type))
        }
        other => Err(end(other).expect("it ends")),
    };
    assert_eq!(to(Left::Timeout), Ok(("208".to_owned(), CallType::Inbound)));
    assert_eq!(to(Left::Key("1".to_owned())), Ok(("309".to_owned(), CallType::Inbound)));
    assert_eq!(to(Left::NoAgent), Err(Cause::NormalClearing), "the queue names no exit");
    assert_eq!(to(Left::Key("#".to_owned())), Err(Cause::UnallocatedNumber), "there is no such extension");
    let stranger = Call { left: None, ..left(Left::Timeout) };
    assert_eq!(end(routed(queue_with_everything, &stranger)), Some(Cause::NormalClearing));
    let dialled = Call { context: "public".to_owned(), ..left(Left::Timeout) };
    assert_eq!(routed(queue_with_everything, &dialled), Route::NotFound, "it is no number");
    let other = Call { left: Some(LeftQueue { queue_id: 6, how: Left::Timeout }), ..left(Left::Timeout) };
    assert_eq!(end(routed(queue_with_everything, &other)), Some(Cause::NormalClearing), "no queue of the account's");
    let inside = Call { device_id: Some(TAKEN), ..left(Left::Timeout) };
    assert!(!rendered(queue_with_everything, &inside).contains("callcenter_track 7"), "it is counted already");
}
