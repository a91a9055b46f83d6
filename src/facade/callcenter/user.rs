//! `/api/user`

use axum::response::{IntoResponse as _, Response};

use super::call::{Call, Ids};
use super::envelope::{Answer, Reply};
use super::kept::until_commit;
use super::params::Params;
use super::value::{Secret, Text};
use super::{list as lists, queue_wire, user_wire};
use crate::domain::UserId;
use crate::domain::text::Label;
use crate::service::Error;
use crate::service::users::{UserExtras, UserFilter, UserView};

pub(super) async fn list(call: Call) -> Result<Response, Error> {
    let params = &call.params;
    let q = params.get::<Option<Text>>("q")?.flatten().map(|text| text.0);
    // `is_agent=0` is the document's way to write no filter.
    let agents_only = params.get::<Option<bool>>("is_agent")?.flatten().unwrap_or(false);
    let listing = call.service.users(&call.caller, UserFilter { q, agents_only }, lists::page(params)?).await?;
    let (as_rows, holds) = (call.caller.account.settings.devices_as_rows, !listing.rows.iter().any(UserView::runs_out));
    let answer = lists::answer(listing, move |view| user_wire::show(view, as_rows));
    Ok(if holds { until_commit(answer) } else { answer })
}

pub(super) async fn show(call: Call, Ids([id]): Ids<1>) -> Result<Response, Error> {
    let view = call.service.user(&call.caller, UserId(id)).await?;
    let answer = reply(&call, &view).into_response();
    Ok(if view.runs_out() { answer } else { until_commit(answer) })
}

pub(super) async fn create(call: Call) -> Answer {
    let params = &call.params;
    let mut user = call.service.user_draft(&call.caller, params.need::<Label>("name")?);
    params.need::<Text>("username")?;
    params.need::<Text>("email")?;
    let Secret(password) = params.need("password")?;
    user_wire::apply(params, &mut user)?;
    let rows = queue_rows(params)?.unwrap_or_default();
    let memberships = rows.into_iter().map(|row| row.of_user(UserId(0))).collect();
    let (view, applied) = call.service.create_user(&call.caller, user, password, memberships).await?;
    Ok(reply(&call, &view).applied(applied))
}

pub(super) async fn update(call: Call, Ids([id]): Ids<1>) -> Answer {
    let id = UserId(id);
    let password = call.params.get::<Option<Secret>>("password")?.flatten().map(|secret| secret.0);
    let memberships = queue_rows(&call.params)?.map(|rows| rows.into_iter().map(|row| row.of_user(id)).collect());
    let params = call.params.clone();
    let edit = Box::new(move |user: &mut _| Ok(user_wire::apply(&params, user)?));
    let (view, applied) = call.service.update_user(&call.caller, id, UserExtras { password, memberships }, edit).await?;
    Ok(reply(&call, &view).applied(applied))
}

pub(super) async fn delete(call: Call, Ids([id]): Ids<1>) -> Answer {
    let applied = call.service.delete_user(&call.caller, UserId(id)).await?;
    Ok(Reply::done().applied(applied))
}

fn queue_rows(params: &Params) -> Result<Option<Vec<queue_wire::Row>>, Error> {
    Ok(queue_wire::rows(params, "queue_perms")?)
}

fn reply(call: &Call, view: &UserView) -> Reply {
    Reply::data(user_wire::show(view, call.caller.account.settings.devices_as_rows))
}
