//! `/api/phone_list/{id}/lead` and `/api/phone_list/{id}/import`

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use serde_json::{Map, Value, json};

use super::call::{Call, Ids};
use super::envelope::{Answer, Reply};
use super::lead_wire::{change, lead, phone, show_import, show_lead, show_report};
use super::list as lists;
use super::params::{BadParam, Params};
use super::upload::{Broken, Row, Sent, Upload};
use super::value::{FromParam, Text};
use crate::domain::{Lead, PhoneListId};
use crate::service::leads::{Import, Refusal};
use crate::service::{Error, Listing};
use crate::store::Page;

/// Leads that are read from the database at once, where all are asked for.
const ROWS_AT_ONCE: u32 = 1_000;
/// The most characters of a number that are said again when it is refused.
const REFUSED_PHONE_CHARS: usize = 64;

/// A lead's place: its list, and its number in whatever spelling.
pub(super) struct At(PhoneListId, String);

impl<S: Send + Sync> FromRequestParts<S> for At {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let unknown = || Error::NotFound("lead").into_response();
        let Path((list, phone)) = Path::<(String, String)>::from_request_parts(parts, state).await.map_err(|_| unknown())?;
        Ok(Self(list.parse().map_err(|_| unknown())?, phone))
    }
}

pub(super) async fn list(call: Call, Ids([id]): Ids<1>) -> Result<Response, Error> {
    let (list, page) = (PhoneListId(id), lists::page(&call.params)?);
    let first = Page { limit: page.limit.or(Some(ROWS_AT_ONCE)), ..page };
    let Listing { rows, total } = call.service.leads(&call.caller, list, first).await?;
    Ok(match page.limit {
        Some(_) => lists::answer_both(stream::iter(rows).map(Ok), total, show_lead),
        None => lists::answer_both(all(call, list, rows), None, show_lead),
    })
}

/// These leads and all that come after them, read while they are sent.
fn all(call: Call, list: PhoneListId, first: Vec<Lead>) -> impl Stream<Item = Result<Lead, Error>> + Send {
    let chunks = stream::try_unfold(Some(first), move |leads| {
        let call = call.clone();
        async move {
            let Some(leads) = leads else { return Ok::<_, Error>(None) };
            let next = match leads.last() {
                Some(last) => Some(call.service.leads_after(&call.caller, list, last, ROWS_AT_ONCE).await?),
                None => None,
            };
            Ok(Some((stream::iter(leads).map(Ok), next)))
        }
    });
    chunks.try_flatten()
}

/// One lead, or any number of them: see [`super::upload`].
pub(super) async fn add(call: Call, Ids([id]): Ids<1>, Sent(upload): Sent) -> Result<Response, Error> {
    let Some(mut upload) = upload else {
        let (phone, change) = lead(&call.params, &call.caller.account.settings.country)?;
        let lead = call.service.add_lead(&call.caller, PhoneListId(id), phone, change).await?;
        return Ok(Reply::data(show_lead(&lead)).both_spellings().into_response());
    };
    // On a task of its own: when the client goes away it is to end as an import that broke off, with what it kept.
    let task = tokio::spawn(async move { import(&call, PhoneListId(id), &mut upload).await });
    task.await.map_err(|error| Error::Internal(error.to_string()))?
}

pub(super) async fn update(call: Call, At(list, number): At) -> Answer {
    let params = Arc::clone(&call.params);
    let country = call.caller.account.settings.country.clone();
    let edit = Box::new(move |lead: &mut Lead| {
        if let Some(phone) = phone(&params, &country)? {
            lead.phone = phone;
        }
        lead.change(change(&params)?);
        Ok(())
    });
    let lead = call.service.update_lead(&call.caller, list, &number, edit).await?;
    Ok(Reply::data(show_lead(&lead)).both_spellings())
}

pub(super) async fn delete(call: Call, At(list, number): At) -> Answer {
    call.service.delete_lead(&call.caller, list, &number).await?;
    Ok(Reply::done().both_spellings())
}

pub(super) async fn delete_many(call: Call, Ids([id]): Ids<1>) -> Answer {
    let why = || BadParam::new("the body", "must be a JSON array of phone numbers: [\"1234567\"]");
    let phones = call.params.bare_array().ok_or_else(why)?;
    let phones: Vec<String> =
        phones.iter().map(|phone| Text::from_param(phone).map(|Text(phone)| phone)).collect::<Result<_, _>>().map_err(|_| why())?;
    let deleted = call.service.delete_leads(&call.caller, PhoneListId(id), &phones).await?;
    Ok(Reply::data(json!({"deleted": deleted})).both_spellings())
}

pub(super) async fn imports(call: Call, Ids([id]): Ids<1>) -> Answer {
    let imports = call.service.lead_imports(&call.caller, PhoneListId(id)).await?;
    Ok(Reply::data(imports.iter().map(show_import).collect()).both_spellings())
}

async fn import(call: &Call, list: PhoneListId, upload: &mut Upload) -> Result<Response, Error> {
    let mut import = call.service.import_leads(&call.caller, list).await?;
    match take_all(&mut import, upload, &call.caller.account.settings.country).await {
        Ok(None) => {
            let report = import.finish().await?;
            Ok(Reply::data(show_report(&report)).both_spellings().into_response())
        }
        Ok(Some(Broken { line, why })) => {
            let report = import.fail(format!("line {line} {why}")).await?;
            let kept = match report.tally.rows() - report.tally.refused {
                0 => "nothing was changed".to_owned(),
                rows => format!("of the rows before it the first {rows} that could be taken were kept"),
            };
            let msg = format!("line {line} {why}; {kept}");
            let body = json!({"success": false, "Success": false, "msg": msg, "data": show_report(&report)});
            Ok((StatusCode::BAD_REQUEST, Json(body)).into_response())
        }
        Err(error) => {
            // The first error is the one to tell.
            let _report = import.fail(error.to_string()).await;
            Err(error)
        }
    }
}

/// Gives every row to the import; what broke the upload off, when something did.
async fn take_all(import: &mut Import, upload: &mut Upload, country: &str) -> Result<Option<Broken>, Error> {
    loop {
        let Row { index, line, bytes, fields } = match upload.next_row().await {
            Ok(Some(row)) => row,
            Ok(None) => return Ok(None),
            Err(broken) => return Ok(Some(broken)),
        };
        let number = fields.as_ref().map(refused_phone).unwrap_or_default();
        let taken = fields.and_then(|fields| lead(&Params::from_fields(fields), country).map_err(|bad| bad.to_string()));
        match taken {
            Ok((phone, change)) => import.take(phone, change, bytes).await?,
            Err(msg) => import.refuse(Refusal { index, line, phone: number, msg }).await?,
        }
    }
}

fn refused_phone(fields: &Map<String, Value>) -> String {
    let phone = fields.get("phone").map(|phone| phone.as_str().map_or_else(|| phone.to_string(), str::to_owned));
    phone.unwrap_or_default().chars().take(REFUSED_PHONE_CHARS).collect()
}
