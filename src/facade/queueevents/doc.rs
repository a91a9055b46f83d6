//! The methods as the OpenAPI document tells them.

use utoipa::openapi::security::{ClientCredentials, Flow, HttpAuthScheme, HttpBuilder, OAuth2, Scopes, SecurityScheme};

use super::token::PATH;
use super::wire::TYPES;
use crate::domain::hook::{Method, URL_MAX_CHARS};
use crate::facade::openapi;
use crate::facade::operation::{Answer, FORM, JSON, Operation};
use crate::facade::shape::{Field, Shape, field};
use crate::service::TOKEN_TTL_S;

const LOCAL: &str = "Local agents";
const REMOTE: &str = "External agents";
const TOKENS: &str = "Tokens";

/// What holds for all of them.
pub(super) const ABOUT: &str = "Addresses that are told when an agent begins or ends to serve queues, by GET (a query string) or POST (a form): \
    `agent_id`, `agent_status` (`available`, `logged_out`), `agent_type`, `extension_name` of a local agent or `agent_number` of a remote one, and \
    `event_source` (`api`, `phone`). An agent is remote when all the phones that it owns are numbers outside, else local. `client_id` is the \
    account's id, `agent_id` a user's. Who asks sends a token or an API key as `Authorization: Bearer`, or the latter as `X-Api-Key`.";

/// What the methods are listed under.
pub(super) const TAGS: [(&str, &str); 3] = [
    (LOCAL, "Events of agents at phones of the account."),
    (REMOTE, "Events of agents at numbers outside."),
    (TOKENS, "A key for a token that lives an hour."),
];

/// How who asks says so.
pub(super) fn keys() -> Vec<(&'static str, SecurityScheme)> {
    let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    let token = Flow::ClientCredentials(ClientCredentials::new(PATH, Scopes::new()));
    vec![openapi::key(), ("bearer", bearer), ("token", SecurityScheme::OAuth2(OAuth2::new([token])))]
}

/// `POST .../event/`
pub(super) fn create(kind: &str) -> Operation {
    let made = rated(Answer::json("It was made.", event()));
    of_agent(kind, "Add an event of the agent")
        .takes(&[JSON])
        .fields(fields(|shape| shape).map(Field::needed))
        .answer(201, made)
        .answer(400, bad_request())
}

/// `GET .../event/`
pub(super) fn list(kind: &str) -> Operation {
    of_agent(kind, "Get the events of the agent").answer(200, rated(Answer::json("All of them, by id.", event().list())))
}

/// `PUT .../event/{event_id}`
pub(super) fn update(kind: &str) -> Operation {
    let changed = rated(Answer::json("As it is now.", event()));
    let operation =
        of_event(kind, "Update an event of the agent").about("What is left out, or null, stays. A `url` that is set begins anew.");
    operation.takes(&[JSON]).fields(fields(Shape::nullable)).answer(200, changed).answer(400, bad_request())
}

/// `GET .../event/{event_id}`
pub(super) fn show(kind: &str) -> Operation {
    of_event(kind, "Get an event of the agent").answer(200, rated(Answer::json("The event.", event())))
}

/// `DELETE .../event/{event_id}`
pub(super) fn delete(kind: &str) -> Operation {
    of_event(kind, "Delete an event of the agent")
        .answer(204, rated(Answer::empty("It is gone, and what it was still to be told is not told.")))
}

/// `POST /oauth/token`
pub(super) fn token() -> Operation {
    let given = Shape::record([
        field("access_token", Shape::text(), "Goes into `Authorization: Bearer`.", "Zm9yIGFuIGhvdXI"),
        field("token_type", Shape::only("Bearer"), "How it is sent.", "Bearer"),
        field("expires_in", Shape::integer(), "Seconds.", i64::from(TOKEN_TTL_S)),
    ]);
    let refused = |errors: &[&'static str], about: &str| {
        let error = field("error", Shape::words(errors.iter().copied()), "Of RFC 6749.", errors[0]);
        let words = field("error_description", Shape::text(), "What is wrong and what to do.", "grant_type must be client_credentials");
        Answer::json(about, Shape::record([error, words]))
    };
    let bad = refused(
        &["unsupported_grant_type", "invalid_request", "unauthorized_client"],
        "Something is missing or wrong, or the key may not.",
    );
    let nobody = refused(&["invalid_client"], "The account or the key is wrong, or there were too many wrong ones.");
    Operation::new(TOKENS, "Make a token of an API key")
        .about("OAuth 2.0, client credentials. `client_id` and `client_secret` may come as HTTP Basic instead.")
        .takes(&[FORM])
        .fields([
            field("grant_type", Shape::only("client_credentials"), "How.", "client_credentials").needed(),
            field("client_id", Shape::text(), "The account's id.", "1"),
            field("client_secret", Shape::text(), "An API key of the account.", "ccg_k3y"),
        ])
        .answer(200, Answer::json("A token that may what the key may, and ends with it.", given))
        .answer(400, bad)
        .answer(401, nobody.header(retry_after()))
        .open()
}

fn of_event(kind: &str, summary: &'static str) -> Operation {
    of_agent(kind, summary).path(field("event_id", Shape::integer(), "The event.", 150))
}

fn of_agent(kind: &str, summary: &'static str) -> Operation {
    let status = |words: &[&'static str]| Shape::record([field("status", Shape::words(words.iter().copied()), "What is wrong.", words[0])]);
    let denied =
        Answer::json("The caller may not, or the agent has as many events as it may.", status(&["access_denied", "limit_exceeded"]));
    let missing =
        "There is no such agent of this kind, or no such event of it: without a body. Of the client: `{\"status\":\"client_not_found\"}`.";
    let too_many = Answer::json("The account has asked as often within an hour as it may.", status(&["rate_limit_exceeded"]));
    Operation::new(if kind == "local" { LOCAL } else { REMOTE }, summary)
        .path(field("client_id", Shape::text(), "The account's id.", "1"))
        .path(field("agent_id", Shape::integer(), "The user that is the agent.", 136))
        .answer(401, Answer::empty("No key or token, or a wrong one.").header(retry_after()).named("Unauthorized"))
        .answer(403, denied.named("Denied"))
        .answer(404, rated(Answer::empty(missing)).named("Missing"))
        .answer(429, rated(too_many).header(retry_after()).named("TooMany"))
}

fn fields(what: fn(Shape) -> Shape) -> [Field; 3] {
    let url = Shape::chars(1, URL_MAX_CHARS).pattern("^https?://.+");
    [
        field("url", what(url), "Where it is told; http or https.", "https://myshost.org/calls"),
        field("event_type", what(Shape::words(TYPES.map(|(name, _)| name))), "What is told.", "agent-login"),
        field("method", what(Shape::words(Method::ALL.map(Method::name))), "How.", "GET"),
    ]
}

fn event() -> Shape {
    let [url, event_type, method] = fields(|shape| shape);
    Shape::record([url, field("id", Shape::integer(), "Its id, which is never given again.", 150), method, event_type]).named("AgentEvent")
}

fn bad_request() -> Answer {
    let status = field("status", Shape::only("bad_request"), "What is wrong.", "bad_request");
    let message = field("message", Shape::text(), "What to send instead.", "method must be GET or POST");
    rated(Answer::json("What was sent cannot be taken; nothing was changed.", Shape::record([status, message]))).named("BadRequest")
}

fn retry_after() -> Field {
    field("retry-after", Shape::count(), "Seconds to wait, where there is something to wait for.", 30)
}

fn rated(answer: Answer) -> Answer {
    let limit = field("x-ratelimit-limit", Shape::count(), "Requests of the account within an hour.", 3_600);
    let remaining = field("x-ratelimit-remaining", Shape::count(), "Those that are left.", 3_599);
    let reset = field("x-ratelimit-reset", Shape::count(), "When there is room for another, in epoch seconds.", 1_795_590_000);
    answer.header(limit).header(remaining).header(reset)
}
