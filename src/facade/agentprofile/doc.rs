//! The methods as the OpenAPI document tells them.

use serde_json::json;
use utoipa::ToSchema;

use super::error::{Documented, Failure};
use super::method::{InWrapUp, OnBreak, Pinged};
use crate::facade::operation::{Answer, JSON, Operation};
use crate::facade::shape::{Field, Shape, field, part};

const TAG: &str = "agentProfile";

/// `agentOnBreak`
pub(super) fn agent_on_break() -> Operation {
    method::<OnBreak>("Whether an agent is on break, and since when", Failure::NO_BREAK, "is not on break").fields(who())
}

/// `setWebPingTime`
pub(super) fn set_web_ping_time() -> Operation {
    let mic_perm = field("mic_perm", Shape::bit(), "Whether the page may use the microphone; without it the answer is code 1505.", 1);
    let ping_time = field("ping_time", Shape::count().nullable(), "Seconds since the epoch; now where it is left out.", 1_795_590_000);
    method::<Pinged>("Note that an agent's page is open", Failure::NO_SESSION, "has no such session")
        .fields(who())
        .fields([mic_perm.needed(), ping_time])
}

/// `checkAgentInWrapUp`
pub(super) fn check_agent_in_wrap_up() -> Operation {
    method::<InWrapUp>("Whether an agent is in wrap-up, and until when", Failure::NO_WRAP_UP, "is not in wrap-up").fields(who())
}

/// What holds for all of them.
pub(super) const ABOUT: &str = "Every method is a POST of a JSON object, whatever its content type says, and every answer is HTTP 200: what is \
    wrong is told by the `code` in the body. An agent says who it is by `ssid`, its session, which `POST /api/user/login` gives; a program by \
    `token`, an API key, and `userId`, the agent it asks about, or by the key in a header. The paths are there with and without `/deepcall`.\n\nCodes: 1501 the agent asked \
    for is not the caller's to ask for, or the caller is nobody; 1502 not on break; 1503 no such session; 1504 not in wrap-up; 1505 `mic_perm` is \
    missing, or neither 0 nor 1; 1506 `ping_time` is no number; 400, 403, 409, 413, 429, 500 and 503 as the HTTP status of that number.";

/// What the methods are listed under.
pub(super) const TAGS: [(&str, &str); 1] = [(TAG, "What an agent does now.")];

fn method<T: ToSchema>(summary: &'static str, error: Documented, why: &str) -> Operation {
    let success = Shape::record([field("status", Shape::only("success"), "It was done.", "success"), part("data", Shape::of::<T>())]);
    let answer = Answer::json(format!("What was asked for, or an error: the agent {why}."), Shape::any_of([success, failure(error)]));
    let body = json!({"userId": "17798", "token": "ccg_k3y", "mic_perm": 1});
    let etag = field("etag", Shape::text(), "Weak, as Express computes it.", "W/\"3a-Hcwf2RVvHHAHh45ODnXpallkU74\"");
    Operation::new(TAG, summary).takes(&[JSON]).example(body).answer(200, answer.header(etag))
}

fn failure(error: Documented) -> Shape {
    let Documented(code, message) = error;
    Shape::record([
        field("status", Shape::only("error"), "It was not done.", "error"),
        field("message", Shape::text(), "What is wrong.", message),
        field("code", Shape::between(400, 1_599), "Which error it is; see above.", code),
    ])
}

fn who() -> [Field; 3] {
    let id = Shape::any_of([Shape::text(), Shape::integer()]);
    [
        field("ssid", Shape::text(), "The session of the agent; counts before a token.", "8d0e3f6a1b2c"),
        field("userId", id, "The agent that is asked about; with a session, the caller where it is left out.", "17798"),
        field("token", Shape::text(), "An API key, where there is no session; goes with `userId`.", "ccg_k3y"),
    ]
}
