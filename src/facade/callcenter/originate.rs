//! `/api/cc_agent/originate`: click-to-call.

use super::call::Call;
use super::envelope::{Answer, Reply};
use super::params::{BadParam, Params};
use super::value::Text;
use crate::domain::number::ExtensionNumber;
use crate::domain::{DeviceId, UserId};
use crate::service::originate::{Click, From};

/// The most characters of an id of a lead.
const LEAD_ID_MAX_CHARS: usize = 100;

/// Answers when the agent has picked up.
pub async fn originate(call: Call) -> Answer {
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
        cnam: params.get::<Option<_>>("cnam")?.flatten(),
        display_cid: params.get::<Option<_>>("display_cid")?.flatten(),
        display_cnam: params.get::<Option<_>>("display_cnam")?.flatten(),
        lead_id: lead_id(params)?,
        auto_answer: params.get::<Option<bool>>("sip_auto_answer")?.flatten().unwrap_or(false),
    })
}

/// It travels as a channel variable, so it holds nothing that a dial string would take for syntax.
fn lead_id(params: &Params) -> Result<Option<String>, BadParam> {
    let Some(Text(id)) = params.get::<Option<Text>>("lead_id")?.flatten() else { return Ok(None) };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':' | b'+' | b'@');
    if id.len() > LEAD_ID_MAX_CHARS || !id.bytes().all(plain) {
        let why = format!("must have at most {LEAD_ID_MAX_CHARS} characters of letters, digits and - _ . : + @");
        return Err(BadParam::new("lead_id", why));
    }
    Ok(Some(id))
}
