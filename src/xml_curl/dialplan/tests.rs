use std::collections::BTreeMap;

use super::*;
use crate::clock::Millis;
use crate::domain::device::{A1Hash, Device, Line, Ring};
use crate::domain::extension::{Extension, Kind, Target};
use crate::domain::number::{ExtensionNumber, Gateway, SipUser, StarCode};
use crate::domain::queue::Settings as QueueSettings;
use crate::domain::text::Label;
use crate::domain::user::{PasswordHash, Settings as UserSettings};
use crate::domain::{Account, ExtensionId, Queue, QueueId, User, account};
use crate::reconcile::build::{Rows, build};
use crate::reconcile::{Desired, Options, Presence};
use crate::switch::originate;
use crate::xml_curl::request::Call;

pub(super) const ACCOUNT: AccountId = AccountId(1);
/// The phone at which agent 7 sits, and which it does not own.
pub(super) const TAKEN: i64 = 1;
/// A phone of user 8, with nobody there.
pub(super) const FREE: i64 = 2;
/// User 8 has this mobile, too.
const MOBILE: i64 = 3;

pub(super) fn label(text: &str) -> Label {
    Label::new(text).unwrap()
}

fn device(id: i64, owner: Option<i64>, line: Line) -> Device {
    let name = label("\"><&]]>' ${system id}");
    Device { id: DeviceId(id), account_id: ACCOUNT, name, line, user_id: owner.map(UserId), ring: Ring::default() }
}

fn sip(username: &str) -> Line {
    Line::Sip { username: SipUser::parse(username).unwrap(), a1_hash: A1Hash("0123456789abcdef0123456789abcdef".to_owned()) }
}

fn user(id: i64, follow_me: u32) -> User {
    User {
        id: UserId(id),
        account_id: ACCOUNT,
        name: label("Agent"),
        username: format!("agent{id}"),
        email: format!("agent{id}@example.com"),
        password_hash: PasswordHash(String::new()),
        password_md5_hash: None,
        active: true,
        is_agent: true,
        pgroup_id: None,
        permissions: BTreeMap::new(),
        created_at: Millis(0),
        last_login_at: None,
        settings: UserSettings { follow_me, ..UserSettings::default() },
    }
}

pub(super) fn extension(id: i64, number: &str, kind: Kind, target: Target) -> Extension {
    let number = ExtensionNumber::parse(number).unwrap();
    Extension { id: ExtensionId(id), account_id: ACCOUNT, name: label("Number"), number, kind, target }
}

/// An office with two phones, a mobile, a queue, their numbers and a carrier.
pub(in crate::xml_curl) fn office(settings: account::Settings, gateway: Option<&str>) -> Desired {
    build(rows(settings), &Options { gateway: gateway.map(|name| Gateway::parse(name).unwrap()), ..Options::default() })
}

/// Its rows.
pub(super) fn rows(settings: account::Settings) -> Rows {
    let mobile = Line::External { number: DialNumber::parse("+972501234567").unwrap(), gateway: None, confirm: true };
    let queue = QueueSettings { ring_timeout: Some(12), auto_answer: true, ..QueueSettings::default() };
    Rows {
        accounts: vec![Account { id: ACCOUNT, name: label("Lab"), domain: Domain::parse("lab.local").unwrap(), settings }],
        users: vec![user(7, 0), user(8, 15)],
        devices: vec![device(TAKEN, None, sip("1001")), device(FREE, Some(8), sip("1002")), device(MOBILE, Some(8), mobile)],
        queues: vec![Queue { id: QueueId(5), account_id: ACCOUNT, name: label("Support"), settings: queue }],
        extensions: vec![
            extension(1, "700", Kind::Internal, Target::Queue(QueueId(5))),
            extension(2, "201", Kind::Internal, Target::Device(DeviceId(TAKEN))),
            extension(3, "208", Kind::Internal, Target::User(UserId(8))),
            extension(4, "207", Kind::Internal, Target::User(UserId(7))),
            extension(5, "+97231234567", Kind::Did, Target::Queue(QueueId(5))),
            extension(6, "299", Kind::Internal, Target::Device(DeviceId(99))),
        ],
        ..Rows::default()
    }
}

pub(in crate::xml_curl) fn presence() -> Presence {
    let presence = Presence::default();
    presence.set(UserId(7), Some(DeviceId(TAKEN)), 1);
    presence
}

pub(super) fn call(device: i64, number: &str) -> Call {
    Call {
        channel: "cf82e7fc-1576-49ee-b87d-ebd8deae6745".to_owned(),
        context: "default".to_owned(),
        destination: number.to_owned(),
        device_id: Some(device).filter(|&id| id > 0),
        ..Call::default()
    }
}

pub(super) fn from_outside(number: &str) -> Call {
    Call { context: "public".to_owned(), ..call(0, number) }
}

fn routed(call: &Call) -> Route {
    let desired = office(account::Settings::default(), Some("carrier"));
    route(Known { desired: &desired, presence: &presence() }, call)
}

/// Why a call ends where it began; none when it goes on.
pub(super) fn end(route: Route) -> Option<Cause> {
    match route {
        Route::Refuse(cause) => Some(cause),
        Route::Connect(connection) => match connection.to {
            Destination::Nowhere(cause) => Some(cause),
            _ => None,
        },
        Route::NotFound | Route::Star { .. } => None,
    }
}

fn rendered(call: &Call) -> String {
    render(&routed(call), call, false).unwrap().replace("<action", "\n<action")
}

#[test]
fn a_phone_with_nobody_there_reaches_star_codes_and_emergency_numbers_only() {
    for number in ["700", "201", "208", "0312345678", "nonsense", "*72", "9999"] {
        let wanted = if number == "nonsense" { Cause::UnallocatedNumber } else { Cause::FacilityNotSubscribed };
        assert_eq!(end(routed(&call(FREE, number))), Some(wanted), "{number}");
    }
    assert_eq!(routed(&call(FREE, "**9477")), Route::Star { device: DeviceId(FREE), code: "**9477".to_owned() });
    for number in ["100", "112"] {
        let Route::Connect(connection) = routed(&call(FREE, number)) else { panic!("{number} is an emergency number") };
        let Destination::Outside { call, .. } = connection.to else { panic!("{number} is outside") };
        assert_eq!((call.gateway.as_str(), call.number.as_str(), call.emergency), ("carrier", number, true));
    }
}

#[test]
fn codes_for_queues_are_the_accounts_and_a_queues_number_may_follow() {
    let star = |number: &str| Route::Star { device: DeviceId(FREE), code: number.to_owned() };
    for code in ["*45", "*46", "*45700", "*46700"] {
        assert_eq!(routed(&call(FREE, code)), star(code));
    }
    for none in ["*45201", "*459", "*4", "*47"] {
        assert_eq!(end(routed(&call(FREE, none))), Some(Cause::FacilityNotSubscribed), "{none}");
    }
    let settings =
        account::Settings { queue_login_code: StarCode::parse("*11").ok(), queue_logout_code: None, ..account::Settings::default() };
    let desired = office(settings, None);
    let known = Known { desired: &desired, presence: &presence() };
    assert_eq!(route(known, &call(FREE, "*11")), star("*11"));
    for none in ["*45", "*46"] {
        assert_eq!(end(route(known, &call(FREE, none))), Some(Cause::FacilityNotSubscribed), "{none}");
    }
    let click = Call { context: originate::CONTEXT.to_owned(), ..call(FREE, "*45") };
    assert_eq!(end(routed(&click)), Some(Cause::UnallocatedNumber), "nobody dials it");
}

#[test]
fn the_account_may_let_such_a_phone_dial() {
    let desired = office(account::Settings { dial_without_checkin: true, ..account::Settings::default() }, None);
    let known = Known { desired: &desired, presence: &presence() };
    assert!(matches!(route(known, &call(FREE, "700")), Route::Connect(_)));
    assert_eq!(end(route(known, &call(FREE, "0312345678"))), Some(Cause::NoRouteDestination), "there is no gateway");
    assert_eq!(end(route(known, &call(FREE, "112"))), Some(Cause::NoRouteDestination));
}

#[test]
fn the_second_leg_of_a_click_to_call_goes_where_it_was_sent() {
    let click = Call { context: "ccgate".to_owned(), call_id: Some("a".to_owned()), ..call(FREE, "0312345678") };
    let Route::Connect(connection) = routed(&click) else { panic!("it was allowed before it was made") };
    assert_eq!((connection.call_type, connection.agent), (CallType::Outbound, None));
}

#[test]
fn who_leaves_a_queue_reaches_the_extensions_of_its_account_only() {
    let leaves = |account_id: Option<i64>, number: &str| {
        routed(&Call { context: "ccgate-exit".to_owned(), account_id, call_id: Some("first".to_owned()), ..call(FREE, number) })
    };
    let Route::Connect(connection) = leaves(Some(ACCOUNT.0), "700") else { panic!("a queue") };
    assert!(matches!(connection.to, Destination::Queue { .. }) && connection.agent.is_none());
    assert_eq!(
        leaves(Some(ACCOUNT.0), "0312345678"),
        Route::Refuse(Cause::UnallocatedNumber),
        "nobody calls outside on the account's bill"
    );
    assert_eq!(leaves(Some(ACCOUNT.0), "**9477"), Route::Refuse(Cause::UnallocatedNumber));
    assert_eq!((leaves(Some(2), "700"), leaves(None, "700")), (Route::NotFound, Route::NotFound));
}

#[test]
fn strangers_get_nowhere() {
    assert_eq!(routed(&call(0, "700")), Route::NotFound);
    assert_eq!(routed(&call(4711, "700")), Route::NotFound);
    assert_eq!(routed(&call(4711, "**9477")), Route::NotFound);
    assert_eq!(routed(&from_outside("700")), Route::NotFound, "an internal number");
    assert_eq!(routed(&from_outside("**9477")), Route::NotFound);
    assert_eq!(routed(&Call { context: "other".to_owned(), ..call(TAKEN, "700") }), Route::NotFound);
}

#[test]
fn numbers_that_lead_nowhere() {
    for (number, cause) in [
        ("299", Cause::SubscriberAbsent),
        ("*72", Cause::UnallocatedNumber),
        ("1001;x=y", Cause::UnallocatedNumber),
        ("{x=y}1001", Cause::UnallocatedNumber),
        ("&system(id)", Cause::UnallocatedNumber),
        ("${system id}", Cause::UnallocatedNumber),
    ] {
        assert_eq!(end(routed(&call(TAKEN, number))), Some(cause), "{number}");
    }
    let Route::Connect(connection) = routed(&call(TAKEN, "1002")) else { panic!("a number outside") };
    assert!(matches!(connection.to, Destination::Outside { .. }), "a phone's user name is no number of ours");
}

#[test]
fn a_refusal_names_its_cause() {
    insta::assert_snapshot!(rendered(&call(FREE, "700")), @r#"
    <document type="freeswitch/xml"><section name="dialplan"><context name="default"><extension name="ccgate"><condition>
    <action application="export" data="ccgate_account_id=1"/>
    <action application="export" data="ccgate_call_id=${uuid}"/>
    <action application="export" data="ccgate_call_type=queue"/>
    <action application="export" data="ccgate_dst_num=700"/>
    <action application="set" data="effective_caller_id_number=1002"/>
    <action application="set" data="effective_caller_id_name=1002"/>
    <action application="set" data="ccgate_user_id=8"/>
    <action application="export" data="nolocal:ccgate_src_user_id=8"/>
    <action application="hangup" data="FACILITY_NOT_SUBSCRIBED"/></condition></extension></context></section></document>
    "#);
}

#[test]
fn a_caller_from_outside_joins_a_queue() {
    insta::assert_snapshot!(rendered(&from_outside("+97231234567")));
}

#[test]
fn an_agent_calls_another_user() {
    insta::assert_snapshot!(rendered(&call(TAKEN, "208")));
}

#[test]
fn a_hot_desk_rings_for_who_sits_there() {
    let other = Call { context: "ccgate".to_owned(), call_id: Some("first".to_owned()), ..call(FREE, "207") };
    insta::assert_snapshot!(rendered(&other));
}

#[test]
fn an_agent_calls_outside() {
    insta::assert_snapshot!(rendered(&call(TAKEN, "0312345678")));
}

#[test]
fn the_tone_of_a_star_code_tells_the_truth() {
    let call = call(FREE, "**9477");
    let tone = |redeemed| render(&routed(&call), &call, redeemed).unwrap().replace("<action", "\n<action");
    insta::assert_snapshot!(tone(true));
    insta::assert_snapshot!(tone(false));
}

#[test]
fn a_context_cannot_leave_its_attribute() {
    let call = Call { context: "\"><&]]>'".to_owned(), ..call(TAKEN, "700") };
    let text = render(&Route::Refuse(Cause::UnallocatedNumber), &call, false).unwrap();
    assert!(text.contains("context name=\"&quot;&gt;&lt;&amp;]]&gt;&apos;\""), "{text}");
}
