//! The methods; those of a local agent are those of a remote one.

use axum::Json;
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::error::Failure;
use super::wire::{Fields, show};
use crate::domain::HookId;
use crate::service::Service;
use crate::service::access::Caller;
use crate::service::hooks::{HookEdit, HooksOf, NewHook};

/// Who asks, about which agent.
pub(super) struct Asked<'a> {
    pub(super) service: &'a Service,
    pub(super) caller: &'a Caller,
    pub(super) of: HooksOf,
}

impl Asked<'_> {
    pub(super) async fn list(&self) -> Result<Response, Failure> {
        let hooks = self.service.hooks(self.caller, self.of).await?;
        Ok(Json(hooks.iter().map(show).collect::<Vec<_>>()).into_response())
    }

    pub(super) async fn show(&self, id: HookId) -> Result<Response, Failure> {
        Ok(Json(show(&self.service.hook(self.caller, self.of, id).await?)).into_response())
    }

    /// What is not there is not there whatever is sent to it.
    pub(super) async fn create(&self, body: Body) -> Result<Response, Failure> {
        self.service.hooks(self.caller, self.of).await?;
        let fields = Fields::read(body).await?;
        let new = NewHook { tells: fields.need("event_type")?, method: fields.need("method")?, url: fields.need("url")? };
        let hook = self.service.create_hook(self.caller, self.of, new).await?.ok_or(Failure::Limit)?;
        Ok((StatusCode::CREATED, Json(show(&hook))).into_response())
    }

    pub(super) async fn update(&self, id: HookId, body: Body) -> Result<Response, Failure> {
        self.service.hook(self.caller, self.of, id).await?;
        let fields = Fields::read(body).await?;
        let edit = HookEdit { tells: fields.get("event_type")?, method: fields.get("method")?, url: fields.get("url")? };
        Ok(Json(show(&self.service.update_hook(self.caller, self.of, id, edit).await?)).into_response())
    }

    pub(super) async fn delete(&self, id: HookId) -> Result<Response, Failure> {
        self.service.delete_hook(self.caller, self.of, id).await?;
        Ok(StatusCode::NO_CONTENT.into_response())
    }
}
