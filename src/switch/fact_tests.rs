use super::*;
use crate::esl::event::EventBuf;

fn event(name: &str, headers: &[(&str, &str)]) -> Event {
    let mut made = EventBuf::new(name);
    made.push("Event-Date-Timestamp", "1795322089025458");
    for (header, value) in headers {
        made.push(header, value);
    }
    Event::from_frame(&made.encode_plain()).unwrap()
}

fn leg(event: &Event) -> LegFact {
    match Fact::of(event, &Names::default()) {
        Some(Fact::Leg(fact)) => *fact,
        other => panic!("{other:?} is of no leg"),
    }
}

#[test]
fn a_conference_and_a_fax_are_what_the_leg_runs() {
    let of = |ran: &str| {
        let headers = [("Unique-ID", "leg"), ("variable_ccgate_call_type", "internal"), ("variable_current_application", ran)];
        leg(&event("CHANNEL_HANGUP_COMPLETE", &headers)).info.call_type
    };
    let types = ["conference", "rxfax", "txfax", "bridge"].map(of);
    assert_eq!(types, [CallType::Conf, CallType::Fax, CallType::Fax, CallType::Internal].map(Some));
}

#[test]
fn the_call_of_a_leg_is_its_members_then_ours_then_its_own() {
    let own = ("Unique-ID", "leg");
    let ours = ("variable_ccgate_call_id", "ours");
    let members = ("variable_cc_member_session_uuid", "member");
    let call_id = |headers: &[(&str, &str)]| leg(&event("CHANNEL_ANSWER", headers)).info.call_id;
    assert_eq!(call_id(&[own, ("Channel-Call-UUID", "other"), ours, members]), Some(LegId::new("member")));
    assert_eq!(call_id(&[own, ("Channel-Call-UUID", "other"), ours]), Some(LegId::new("ours")));
    assert_eq!(call_id(&[own, ("Channel-Call-UUID", "other")]), None);
    assert_eq!(call_id(&[own, ("variable_ccgate_call_id", "leg")]), None);
}

#[test]
fn a_caller_that_breaks_out_gave_up_only_if_it_hung_up() {
    let ended = |reason: &str, state: &str| {
        // Ours ends a call with a cause of its own.
        let (state, cause) = state.split_once(' ').unwrap_or((state, "NORMAL_CLEARING"));
        let headers = [
            ("Event-Subclass", "callcenter::info"),
            ("CC-Action", "member-queue-end"),
            ("CC-Member-Session-UUID", "m"),
            ("CC-Queue", "12@lab.local"),
            ("CC-Cause", "Cancel"),
            ("CC-Cancel-Reason", reason),
            ("Answer-State", state),
            ("Hangup-Cause", cause),
        ];
        let fact = leg(&event("CUSTOM", &headers));
        assert_eq!((fact.info.role, fact.info.queue_id), (Some(Role::Member), Some(QueueId(12))));
        match fact.what {
            What::Left { how, queue_id: Some(QueueId(12)), joined_at: None } => how,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(ended("BREAK_OUT", "hangup"), Left::Abandoned);
    assert_eq!(ended("BREAK_OUT", "answered"), Left::Otherwise);
    assert_eq!(ended("BREAK_OUT", "hangup NORMAL_TEMPORARY_FAILURE"), Left::Otherwise);
    assert_eq!(ended("EXIT_WITH_KEY", "answered"), Left::Otherwise);
    assert_eq!(ended("NO_AGENT_TIMEOUT", "answered"), Left::NoAgentTimeout);
}

#[test]
fn the_end_of_a_served_stay_names_its_queue_though_the_caller_is_in_the_next() {
    let headers = [
        ("Event-Subclass", "callcenter::info"),
        ("CC-Action", "member-queue-end"),
        ("CC-Member-Session-UUID", "m"),
        ("Unique-ID", "m"),
        ("CC-Queue", "12@lab.local"),
        ("variable_cc_queue", "13@lab.local"),
        ("CC-Cause", "Terminated"),
        ("CC-Member-Joined-Time", "1795325608"),
    ];
    let fact = leg(&event("CUSTOM", &headers));
    let joined_at = Some(Millis(1_795_325_608_000));
    assert_eq!(fact.what, What::Left { how: Left::Served, queue_id: Some(QueueId(12)), joined_at });
    assert_eq!(fact.info.queue_id, Some(QueueId(13)));
}

#[test]
fn phones_come_and_go() {
    let phone = |subclass: &str, user: &str, host: &str| {
        let headers = [("Event-Subclass", subclass), (user, "1001"), (host, "lab.local")];
        match Fact::of(&event("CUSTOM", &headers), &Names::default()) {
            Some(Fact::Registration(Registration { user, domain, reachable, .. })) => (user, domain, reachable),
            other => panic!("{other:?}"),
        }
    };
    let expected = |reachable| ("1001".to_owned(), "lab.local".to_owned(), reachable);
    assert_eq!(phone("sofia::register", "from-user", "from-host"), expected(true));
    assert_eq!(phone("sofia::unregister", "from-user", "from-host"), expected(false));
    assert_eq!(phone("sofia::expire", "user", "host"), expected(false));
}

#[test]
fn what_has_no_subject_or_no_time_is_no_fact() {
    assert_eq!(Fact::of(&event("CHANNEL_ANSWER", &[]), &Names::default()), None);
    assert_eq!(Fact::of(&event("MODULE_LOAD", &[("Unique-ID", "x")]), &Names::default()), None);
    let timeless = Event::from_frame(&EventBuf::new("HEARTBEAT").encode_plain()).unwrap();
    assert_eq!(Fact::of(&timeless, &Names::default()), None);
}

#[test]
fn what_is_read_is_subscribed_to() {
    assert!(subscriptions().is_ok());
}
