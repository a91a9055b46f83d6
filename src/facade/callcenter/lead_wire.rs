//! Leads as the API writes them.

use serde_json::{Value, json};

use super::params::{BadParam, Params};
use super::value::Text;
use crate::domain::phone_list::LeadChange;
use crate::domain::{Lead, Phone, phone};
use crate::service::leads::{Refusal, Report};
use crate::store::lead_import::LeadImport;

/// The number, as it is dialled from the account's country; none when it is not sent.
pub(super) fn phone(params: &Params, country: &str) -> Result<Option<Phone>, BadParam> {
    let text = params.get::<Text>("phone")?;
    text.map(|Text(text)| phone::normalise(&text, country).map_err(|why| BadParam::new("phone", why))).transpose()
}

/// What is sent besides the number.
pub(super) fn change(params: &Params) -> Result<LeadChange, BadParam> {
    Ok(LeadChange {
        name: params.get("name")?,
        lead_id: params.get("lead_id")?,
        priority: params.get::<Option<i32>>("priority")?.map(Option::unwrap_or_default),
        tags: params.get::<Option<Text>>("tags")?.map(|tags| tags.map(|Text(tags)| tags)),
        ext_api_vars: params.get("ext_api_vars")?,
    })
}

/// A whole lead, which must have a number.
pub(super) fn lead(params: &Params, country: &str) -> Result<(Phone, LeadChange), BadParam> {
    Ok((phone(params, country)?.ok_or_else(|| BadParam::missing("phone"))?, change(params)?))
}

pub(super) fn show_lead(lead: &Lead) -> Value {
    json!({
        "id": lead.phone,
        "phone": lead.phone,
        "lead_id": lead.lead_id,
        "priority": lead.priority,
        "name": lead.name,
        "tags": lead.tags,
        "ext_api_vars": lead.ext_api_vars.as_ref().map(|vars| vars.object()),
    })
}

pub(super) fn show_report(report: &Report) -> Value {
    let refusal = |refusal: &Refusal| json!({"index": refusal.index, "line": refusal.line, "phone": refusal.phone, "msg": refusal.msg});
    json!({
        "added": report.tally.added,
        "updated": report.tally.updated,
        "refused": report.refusals.iter().map(refusal).collect::<Vec<_>>(),
        "refused_total": report.tally.refused,
    })
}

/// Times are epoch seconds.
pub(super) fn show_import(import: &LeadImport) -> Value {
    json!({
        "id": import.id,
        "state": import.state.name(),
        "rows": import.tally.rows(),
        "added": import.tally.added,
        "updated": import.tally.updated,
        "refused": import.tally.refused,
        "error": import.error,
        "started": import.started_at.epoch_s(),
        "finished": import.finished_at.map(|at| at.epoch_s()),
    })
}
