//! Dial strings: of a click-to-call, of an agent's contact, and of one that somebody else wrote.

use ccgate::domain::call::CallType;
use ccgate::domain::device::{A1Hash, Device, Line, Ring};
use ccgate::domain::number::{DialNumber, Domain, Gateway, LeadId, SipUser};
use ccgate::domain::text::Label;
use ccgate::sim::core::{parse_dial_string, separate};
use ccgate::switch::contact::{endpoint, phone_of};
use ccgate::switch::originate::{CallerId, OriginateRequest, VariableName};
use ccgate::switch::spoken::Spoken;
use uuid::Uuid;

use super::texts;

/// The variables that we set ourselves, or that are made of texts of a client.
const VARIABLES: [&str; 20] = [
    "origination_uuid",
    "originate_timeout",
    "ignore_early_media",
    "ccgate_call_id",
    "ccgate_call_type",
    "ccgate_account_id",
    "ccgate_device_id",
    "ccgate_dst_num",
    "ccgate_user_id",
    "ccgate_lead_id",
    "ccgate_lead_name",
    "ccgate_tags",
    "origination_caller_id_name",
    "origination_caller_id_number",
    "effective_caller_id_name",
    "effective_caller_id_number",
    "sip_auto_answer",
    "ccgate_outside",
    "group_confirm_key",
    "group_confirm_file",
];

/// # Panics
/// When something does not hold.
pub fn check(data: &[u8]) {
    let parts: [String; 12] = texts(data);
    phone_of(&parts[0]);
    drop(parse_dial_string(&parts[0]));
    if let Some(request) = request(&parts) {
        is_one_leg(&request);
    }
}

/// One leg to the endpoint, with no variable that is not among ours; then the destination, and nothing after our own words.
fn is_one_leg(request: &OriginateRequest) {
    let Ok(api) = request.api() else { return };
    let words = separate(api.args(), ' ', 10);
    let [url, destination, dialplan, context] = words.as_slice() else { panic!("{} arguments: {}", words.len(), api.args()) };
    assert_eq!((destination.as_str(), dialplan.as_str(), context.as_str()), (request.destination.as_str(), "XML", "ccgate"));
    let read = parse_dial_string(url);
    let [group] = read.groups.as_slice() else { panic!("groups: {url}") };
    let [leg] = group.as_slice() else { panic!("legs: {url}") };
    assert_eq!(leg.endpoint, endpoint(&request.device, &request.domain, request.gateway.as_ref()), "{url}");
    assert!(leg.vars.is_empty(), "{url}");
    for (at, (name, value)) in read.vars.iter().enumerate() {
        let known = VARIABLES.contains(&name.as_str()) || request.variables.iter().any(|(asked, _)| asked.as_str() == name);
        assert!(known, "the variable {name} in {url}");
        let again = read.vars[..at].iter().any(|(earlier, _)| earlier == name);
        assert!(!again || name.starts_with("ext_"), "{name} twice in {url}");
        assert!(!value.contains(['$', '\\', '\'']) || name == "group_confirm_file", "{name} in {url}");
    }
    for (name, text) in [("ccgate_lead_name", &request.lead_name), ("effective_caller_id_name", &request.caller_id.name)] {
        let found = read.vars.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value);
        assert!(text.is_empty() || found == text.as_str(), "{name} in {url}");
    }
}

fn request(parts: &[String; 12]) -> Option<OriginateRequest> {
    let [user, number, domain, gateway, destination, cnam, cid, display, lead, lead_name, variable, tag] = parts;
    let gateway = Gateway::parse(gateway).ok();
    let line = match (SipUser::parse(user), DialNumber::parse(number)) {
        (Ok(username), _) => Line::Sip { username, a1_hash: A1Hash(String::new()) },
        (_, Ok(number)) => Line::External { number, gateway: gateway.clone(), confirm: cnam.len().is_multiple_of(2) },
        _ => return None,
    };
    let name = Label::new(lead_name).or_else(|_| Label::new("Phone")).ok()?;
    Some(OriginateRequest {
        uuid: Uuid::nil(),
        device: Device { id: 3.into(), account_id: 1.into(), name, line, user_id: None, ring: Ring::default() },
        account_id: 1.into(),
        domain: Domain::parse(domain).ok()?,
        user_id: Some(17.into()),
        gateway,
        destination: DialNumber::parse(destination).ok()?,
        call_type: CallType::Outbound,
        country: None,
        caller_id: CallerId { number: DialNumber::parse(cid).ok(), name: Spoken::new(cnam) },
        display: CallerId { number: None, name: Spoken::new(display) },
        auto_answer: cid.is_empty(),
        timeout_s: 0,
        lead_id: LeadId::parse(lead).ok(),
        lead_name: Spoken::new(lead_name),
        tags: vec![Spoken::new(tag), Spoken::new(cnam)],
        variables: VariableName::ext(variable).map(|name| (name, Spoken::new(tag))).into_iter().collect(),
    })
}
