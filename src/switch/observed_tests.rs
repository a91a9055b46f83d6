use super::*;

const AGENTS: &str = r#"{"command":"callcenter_config","data":{"arguments":"agent list"},"status":"success","response":[{"name":"17798@lab.local","instance_id":"single_box","uuid":"","type":"callback","contact":"[leg_timeout=3]user/1001@lab.local","status":"Available","state":"Waiting","max_no_answer":"2","wrap_up_time":"0","reject_delay_time":"3","busy_delay_time":"3","no_answer_delay_time":"2","last_bridge_start":"1795322221","last_bridge_end":"1795322222","last_offered_call":"1795322221","last_status_change":"1795322220","no_answer_count":"1","calls_answered":"1","talk_time":"1","ready_time":"1795322299","external_calls_count":"0"},{"name":"x@lab.local","instance_id":"single_box","type":"callback","status":"Logged Out","state":"Waiting"}]}"#;

const QUEUES: &str = r#"{"command":"callcenter_config","data":{"arguments":"queue list"},"status":"success","response":[{"name":"short@lab.local","strategy":"ring-all","moh_sound":"tone_stream://%(2000,4000,440,480);loops=-1","time_base_score":"queue","tier_rules_apply":"false","tier_rule_wait_second":0,"discard_abandoned_after":60,"max_wait_time":4,"skip_agents_with_external_calls":"true","agent_no_answer_status":"On Break"}]}"#;

#[test]
fn an_agent_with_everything_and_one_with_nothing() {
    let agents = agents(AGENTS.as_bytes()).unwrap();
    let agent = &agents["17798@lab.local"];
    assert_eq!(agent.contact, "[leg_timeout=3]user/1001@lab.local");
    assert_eq!((agent.status, agent.state), (Some(AgentStatus::Available), Some(AgentState::Waiting)));
    assert_eq!((agent.params[&AgentParam::MaxNoAnswer], agent.params[&AgentParam::NoAnswerDelayTime]), (2, 2));
    assert_eq!((agent.no_answer_count, agent.ready_time_s), (1, 1_795_322_299));
    let bare = &agents["x@lab.local"];
    assert_eq!((bare.contact.as_str(), bare.status, bare.params[&AgentParam::WrapUpTime]), ("", Some(AgentStatus::LoggedOut), 0));
}

#[test]
fn a_queue_by_the_names_of_its_configuration() {
    let queues = queues(QUEUES.as_bytes()).unwrap();
    let queue = &queues["short@lab.local"].0;
    assert_eq!(queue["moh-sound"], "tone_stream://%(2000,4000,440,480);loops=-1");
    assert_eq!((queue["max-wait-time"].as_str(), queue["tier-rules-apply"].as_str()), ("4", "false"));
    assert_eq!(queue.get("record-template"), None);
}

#[test]
fn tiers_and_registrations() {
    let listed = br#"{"status":"success","response":[{"queue":"3@d","agent":"17@d","state":"Ready","level":"5","position":"7"}]}"#;
    let key = ("3@d".to_owned(), "17@d".to_owned());
    assert_eq!(tiers(listed), Ok(BTreeMap::from([(key, ObservedTier { level: 5, position: 7, state: Some(TierState::Ready) })])));
    let listed = br#"{"row_count":1,"rows":[{"reg_user":"1001","realm":"lab.local","url":"x","expires":"1795325739"}]}"#;
    let phone = Registration { user: "1001".to_owned(), realm: "lab.local".to_owned(), expires_s: 1_795_325_739 };
    assert_eq!(registrations(listed), Ok(vec![phone]));
}

#[test]
fn members_and_calls_are_known_by_their_legs() {
    let listed = br#"{"row_count":1,"rows":[{"uuid":"u","direction":"inbound","application":"callcenter","application_data":"3@lab.local",
        "presence_id":"1001@lab.local","callstate":"ACTIVE","call_uuid":"u","created_epoch":"1795322221"}]}"#;
    let observed = Observed { channels: channels(listed).unwrap(), ..Observed::default() };
    assert!(observed.has_members("3@lab.local") && !observed.has_members("33@lab.local"));
    assert!(observed.in_call("1001@LAB.local") && !observed.in_call("1002@lab.local"));
}

#[test]
fn empty_and_broken_listings() {
    assert_eq!(channels(br#"{"row_count": 0}"#), Ok(Vec::new()));
    assert_eq!(tiers(br#"{"status":"success","response":[]}"#), Ok(BTreeMap::new()));
    assert_eq!(agents(br#"{"status":"error","message":"The command returned an error","response":null}"#), Err(ListingError::Failed));
    assert!(matches!(agents(b"-ERR"), Err(ListingError::Json { line: 1, .. })));
}
