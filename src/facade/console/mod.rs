//! The console at `/console`: users, phones, queues and the rest, to be looked at and changed in a browser.
//!
//! A page is a shell that is the same for everybody. It fills itself by the API's own requests (`/api/...`), which are in the browser's network tab, and makes
//! its forms of the API's own description (`/openapi/callcenter.json`). A page is a module that says what is shown; how is said once, in the shared modules.

use axum::Router;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::{Redirect, Response};
use axum::routing::get;

use super::page::{self, File, SCRIPT, STYLE};

const SHELL: &str = include_str!("page.html");

/// The pages, as the menu has them: a heading, and below it the module of each page and its title.
const MENU: [(&str, &[(&str, &str)]); 5] = [
    ("People", &[("users", "Users"), ("devices", "Devices"), ("pauses", "Pauses")]),
    ("Calls", &[("queues", "Queues"), ("extensions", "Extensions"), ("phone-lists", "Phone lists"), ("calls", "Calls and recordings")]),
    ("Telephony", &[("sounds", "Sounds"), ("hours", "Hours"), ("dial-rules", "Dial rules"), ("mailboxes", "Mailboxes")]),
    ("Groups", &[("groups", "Groups of users"), ("sites", "Sites"), ("labels", "Labels"), ("permission-groups", "Permission groups")]),
    ("System", &[("events", "Event deliveries"), ("repairs", "Repairs"), ("account", "Account")]),
];

macro_rules! files {
    ($($kind:ident: $($name:literal),+;)+) => {
        &[$($(($name, $kind, include_str!($name)),)+)+]
    };
}

const FILES: &[File] = files! {
    STYLE: "form.css", "list.css", "page.css";
    SCRIPT:
    "account.js",
    "api.js",
    "calls.js",
    "control.js",
    "devices.js",
    "dial-rules.js",
    "dialog.js",
    "events.js",
    "extensions.js",
    "form.js",
    "format.js",
    "groups.js",
    "hours.js",
    "import.js",
    "keys.js",
    "labels.js",
    "list.js",
    "mailboxes.js",
    "members.js",
    "pauses.js",
    "permission-groups.js",
    "phone-lists.js",
    "queues.js",
    "repairs.js",
    "resource.js",
    "shell.js",
    "sites.js",
    "sounds.js",
    "users.js";
};

/// The pages.
pub fn router() -> Router {
    Router::new()
        .route("/console", get(|| async { Redirect::to("/console/users") }))
        .route("/console/", get(|| async { Redirect::to("/console/users") }))
        .route("/console/{page}", get(show))
        .route(
            "/console/assets/{file}",
            get(|Path(name): Path<String>, headers: HeaderMap| async move { page::one_of(FILES, &name, &headers) }),
        )
}

/// The name of every page.
pub fn pages() -> impl Iterator<Item = &'static str> {
    MENU.into_iter().flat_map(|(_, pages)| pages).map(|(name, _)| *name)
}

async fn show(Path(asked): Path<String>) -> Response {
    let Some((name, title)) = MENU.into_iter().flat_map(|(_, pages)| pages).find(|(name, _)| *name == asked) else {
        return page::not_found("/console");
    };
    page::html(SHELL.replace("{name}", name).replace("{title}", title).replace("{menu}", &menu(name)))
}

fn menu(shown: &str) -> String {
    let link = |(name, title): &(&str, &str)| {
        let current = if *name == shown { " aria-current=\"page\"" } else { "" };
        format!("<li><a href=\"/console/{name}\"{current}>{title}</a></li>")
    };
    let part = |(heading, pages): (&str, &[(&str, &str)])| {
        format!("<li><span class=\"heading\">{heading}</span><ul>{}</ul></li>\n", pages.iter().map(link).collect::<String>())
    };
    MENU.into_iter().map(part).collect()
}
