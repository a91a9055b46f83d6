//! `/api/cc_agent/originate`: click-to-call.

use super::call::Call;
use super::envelope::{Answer, Reply};
use super::params::{BadParam, Params};
use super::value::Text;
use crate::domain::number::ExtensionNumber;
use crate::domain::{DeviceId, UserId};
use crate::service::originate::{Click, From};

/// Answers when the agent has picked up.
pub(super) async fn originate(call: Call) -> Answer {
    let click = click(&call.params)?;
    let uuid = call.service.originate(&call.caller, click).await?;
    Ok(Reply::done().with("uuid", uuid.to_string()).both_spellings())
}

fn click(params: &Params) -> Result<Click, BadParam> {
    let device = params.get::<Option<DeviceId>>("device_id")?.flatten().filter(|id| id.0 != 0);
    let user = params.get::<Option<UserId>>("user_id")?.flatten().filter(|id| id.0 != 0);
    let extension = params.get::<Option<ExtensionNumber>>("extension")?.flatten();
    let from = match (device, user, extension) {
        (Some(device), _, _) => From::Device(device),
        (None, Some(user), _) => From::User(user),
        (None, None, Some(extension)) => From::Extension(extension),
        (None, None, None) => From::Caller,
    };
    Ok(Click {
        from,
        destination: params.need("destination")?,
        cid: params.get::<Option<_>>("cid")?.flatten(),
        cnam: name(params, "cnam")?,
        display_cid: params.get::<Option<_>>("display_cid")?.flatten(),
        display_cnam: name(params, "display_cnam")?,
        lead_id: params.get::<Option<_>>("lead_id")?.flatten(),
        auto_answer: params.get::<Option<bool>>("sip_auto_answer")?.flatten().unwrap_or(false),
    })
}

fn name(params: &Params, name: &str) -> Result<Option<String>, BadParam> {
    Ok(params.get::<Option<Text>>(name)?.flatten().map(|text| text.0))
}
