//! docs/call-center-api.md, docs/agent-profile.md, docs/update-agent-state.md and docs/queue-agent-events.md have a row for each field and method of the vendors' documents, and each
//! row names a test that is run.

use std::collections::BTreeSet;

use libtest_mimic::Trial;

const TABLES: &str = concat!(
    include_str!("../../docs/call-center-api.md"),
    include_str!("../../docs/agent-profile.md"),
    include_str!("../../docs/update-agent-state.md"),
    include_str!("../../docs/queue-agent-events.md"),
);

/// What the documents name, by the heading under which the table has it.
const DOCUMENTED: [(&str, &str); 12] = [
    ("Common", "success msg data api_key"),
    ("Originate", "destination device_id user_id extension cid cnam display_cid display_cnam lead_id sip_auto_answer Success Uuid"),
    (
        "Phone lists",
        "id name list_rows GET:/api/phone_list GET:/api/phone_list/{id} GET:/api/phone_list/?q={query} PUT:/api/phone_list/{id} POST:/api/phone_list \
         DELETE:/api/phone_list/{id}",
    ),
    (
        "Leads",
        "phone name lead_id priority tags ext_api_vars GET:/api/phone_list/{id}/lead POST:/api/phone_list/{id}/lead \
         PUT:/api/phone_list/{id}/lead/{phone} DELETE:/api/phone_list/{id}/lead/{phone} DELETE:/api/phone_list/{id}/lead GET:/api/phone_list/{id}/",
    ),
    (
        "Users",
        "id active account_id is_agent in_reports name username password email timezone sites groups intercept_groups intercept_other_groups \
         geo_limit follow_me last_login ts devices extensions dids dr_id call_timeout vm_id vm_name pgroup_id pgroup permissions queue_perms \
         override_device ecnam ecnum ocnam ocnum user_record cnum_by_country blf_ext rec_inb_ext rec_out_ext rec_inb_int rec_out_int pause_id \
         online queues session_ttl max_snooze wrap_up_time no_answer_delay_time reject_delay_time busy_delay_time max_no_answer GET:/api/user \
         GET:/api/user/{id} GET:/api/user/?q={query}&is_agent=0 PUT:/api/user/{id} POST:/api/user DELETE:/api/user/{id} POST:/api/user/login \
         GET:/api/user/logout REST:/api/user/{id}/queues",
    ),
    (
        "Agents",
        "GET:/api/cc_agent/checkIn GET:/api/cc_agent/checkOut GET:/api/cc_agent/checkInDevice GET:/api/cc_agent/setPause \
         GET:/api/cc_agent/setQueues GET:/api/setQueues GET:/api/cc_agent/wrapup user_id forceCheckOut device_id id queue_ids seconds",
    ),
    ("Events of agents", "agent:checkin agent:checkout queue:join queue:leave agent:status"),
    (
        "Events of calls",
        "call:ring call:answer call:end call:start id call_id ts site_id type dst_num src_device_id dst_device_id src_user_id dst_user_id \
         cid_num cid_name a2 tags queue_id lead_id lead_name campaign_id dialer_id conference_id call_script waitms durationms progressms billms \
         cc_wait hangup_cause canceled",
    ),
    (
        "Queues",
        "id account_id name tv_name strategy record time_base_score max_wait_time max_wait_time_with_no_agent \
         max_wait_time_with_no_agent_time_reached tier_rules_apply tier_rule_wait_second tier_rule_no_agent_no_wait discard_abandoned_after \
         abandoned_resume_allowed tier_rule_wait_multiply_level announce_id announce_frequency moh_id sla_strategy sla_answer_time auto_answer \
         pre_bridge_announce join_announce exits ring_timeout background_color font_color labels avg_wait_range audio_playback music_advanced \
         user_ids extensions users site_id GET:/api/cc_queue GET:/api/cc_queue?name&strategy&time_base_score GET:/api/cc_queue/{id} \
         POST:/api/cc_queue PUT:/api/cc_queue/{id} DELETE:/api/cc_queue/{id} GET:/api/cc_queue/{id}/users POST:/api/cc_queue/{id}/users \
         PUT:/api/cc_queue/{id}/users DELETE:/api/cc_queue/{id}/users",
    ),
    (
        "Methods of Agent Profile",
        "POST:/deepcall/api/v2/agentProfile/agentOnBreak POST:/deepcall/api/v2/agentProfile/setWebPingTime \
         POST:/deepcall/api/v2/agentProfile/checkAgentInWrapUp ssid userId token mic_perm ping_time OPTIONS",
    ),
    (
        "Actions of UpdateAgentState",
        "add remove pause unpause showstate showqueue showqueuestat username password action agent queue reason alias \
         GET:/API/UpdateAgentState.php",
    ),
    (
        "Methods of Queue agent events",
        "POST:/client/{client_id}/agent/local/{agent_id}/event/ GET:/client/{client_id}/agent/local/{agent_id}/event/ \
         PUT:/client/{client_id}/agent/local/{agent_id}/event/{event_id} GET:/client/{client_id}/agent/local/{agent_id}/event/{event_id} \
         DELETE:/client/{client_id}/agent/local/{agent_id}/event/{event_id} POST:/client/{client_id}/agent/remote/{agent_id}/event/ \
         GET:/client/{client_id}/agent/remote/{agent_id}/event/ PUT:/client/{client_id}/agent/remote/{agent_id}/event/{event_id} \
         GET:/client/{client_id}/agent/remote/{agent_id}/event/{event_id} DELETE:/client/{client_id}/agent/remote/{agent_id}/event/{event_id} \
         POST:/oauth/token client_id agent_id event_id id url event_type method agent_status agent_type agent_number extension_name event_source",
    ),
];

/// `trials` are the names of all others.
pub(crate) fn trials(trials: &BTreeSet<String>) -> Vec<Trial> {
    let (known, all) = (trials.clone(), trials.clone());
    vec![
        Trial::test("docs::security_names_tests_that_are_run", move || {
            let (_, tables) = include_str!("../../SECURITY.md").split_once("## What stands against what").expect("the heading");
            let rows = tables.lines().filter(|line| line.starts_with("| ") && line.matches(" | ").count() == 2);
            let names = rows.filter_map(|row| row.rsplit(" | ").next()).flat_map(|cell| cell.split('`').skip(1).step_by(2));
            let names: Vec<_> = names.map(|name| name.trim_end_matches('*')).collect();
            assert!(names.len() > 30, "{names:?}");
            // Of the unit tests only their modules' names can be seen.
            let is_run = |name: &&str| name.contains("tests") || all.iter().any(|known| known.contains(*name));
            let unknown: Vec<_> = names.into_iter().filter(|name| !is_run(name)).collect();
            assert!(unknown.is_empty(), "no such test: {unknown:#?}");
            Ok(())
        }),
        Trial::test("docs::each_row_names_a_test_that_is_run", move || {
            let unknown: Vec<_> = rows().flat_map(|row| row.tests).filter(|name| !is_run(name, &known)).collect();
            assert!(unknown.is_empty(), "no such test: {unknown:#?}");
            Ok(())
        }),
        Trial::test("docs::each_documented_field_and_method_has_a_row", || {
            let described: BTreeSet<_> = rows().map(|row| (row.heading, row.name.to_owned())).collect();
            // `GET:/api/user` is `GET /api/user` in the table.
            let of = |(heading, names): &(&'static str, &'static str)| {
                names.split_whitespace().map(|name| (*heading, name.replacen(":/", " /", 1))).collect::<Vec<_>>()
            };
            let documented: BTreeSet<_> = DOCUMENTED.iter().flat_map(of).collect();
            let missing: Vec<_> = documented.difference(&described).collect();
            assert!(missing.is_empty(), "no row for {missing:#?}");
            let without: Vec<_> = rows().filter(|row| row.tests.is_empty()).map(|row| (row.heading, row.name)).collect();
            assert!(without.is_empty(), "rows without a test: {without:#?}");
            Ok(())
        }),
    ]
}

/// Tests of the facades are named by their module there, those of the Call Center API by the one in its own. A scenario is named without its switch: it is run on the simulated one, and where there is
/// one on the real one.
fn is_run(name: &str, known: &BTreeSet<String>) -> bool {
    let is_scenario = || ["sim_", "live_"].iter().all(|switch| known.contains(&format!("{switch}{name}")));
    let is_facades = || ["", "callcenter::"].iter().any(|vendor| known.contains(&format!("it::facade::{vendor}{name}")));
    known.contains(name) || is_facades() || is_scenario()
}

struct Row {
    heading: &'static str,
    name: &'static str,
    tests: Vec<&'static str>,
}

/// The rows `| name | what it does | tests |` under each `## heading`.
fn rows() -> impl Iterator<Item = Row> {
    let mut heading = "";
    TABLES.lines().filter_map(move |line| {
        if let Some(text) = line.strip_prefix("## ") {
            heading = text.trim();
        }
        let cells: Vec<_> = line.strip_prefix('|')?.split('|').map(str::trim).collect();
        let [name, _, tests, ..] = cells[..] else { return None };
        let name = name.strip_prefix('`')?.strip_suffix('`')?;
        let tests = tests.split('`').skip(1).step_by(2).collect();
        Some(Row { heading, name, tests })
    })
}
