//! `/console`: who may come in, and whether it can be read and used without a mouse.

use ccgate::clock::Millis;
use ccgate::domain::repair::{Kind, Repair};
use ccgate::facade::console::pages;
use serde_json::json;

use super::page_trials;
use crate::harness::World;
use crate::harness::browser::{Browser, HAND, Size};
use crate::scenario::{ANSWERS, agent, check_in, done, queue, resource};

page_trials![a_person_logs_in_and_out, a_session_that_ended_goes_on_after_a_login, who_may_not_is_told, by_keyboard, legible];

/// A desk's window.
const DESK: Size = Size { width: 1600, height: 1000 };

/// Makes somebody of this group of permissions, who can log in.
async fn person(w: &World, username: &str, group: &str) {
    let groups = done(w.get("/api/pgroup").await);
    let group = groups.as_array().expect("a list").iter().find(|row| row["name"] == group).expect("it is a group of a new account");
    let user = json!({
        "name": "Dana Levi", "username": username, "email": format!("{username}@example.org"), "password": "Ab123456", "pgroup_id": group["id"],
    });
    done(w.post("/api/user", user).await);
}

async fn log_in(browser: &Browser, username: &str) {
    browser.type_into(".door input[name=username]", username).await;
    browser.type_into(".door input[name=password]", "Ab123456").await;
    browser.click(".door button").await;
}

/// Opens a page, logged in as an administrator.
pub(super) async fn open(w: &World, browser: &Browser, page: &str) {
    person(w, "boss", "Administrator").await;
    browser.open(&format!("{}/console/{page}", w.base())).await;
    log_in(browser, "boss").await;
    browser.text("main", "in all").await;
    browser.excuse("/api/").await;
}

/// Opens another page of who is logged in.
pub(super) async fn turn(w: &World, browser: &Browser, page: &str) {
    browser.open(&format!("{}/console/{page}", w.base())).await;
}

async fn a_person_logs_in_and_out(w: &mut World, browser: &Browser) {
    person(w, "boss", "Administrator").await;
    browser.open(&format!("{}/console", w.base())).await;
    browser.text(".door", "Log in to go on.").await;
    assert_eq!(browser.axe("html", &[]).await, [""; 0], "the form");
    browser.screenshot("console-login").await;
    browser.type_into(".door input[name=password]", "wrong").await;
    browser.type_into(".door input[name=username]", "boss").await;
    browser.click(".door button").await;
    browser.text(".door .message", "wrong").await;
    log_in(browser, "boss").await;
    browser.text("tbody", "Dana Levi").await;
    browser.reload().await;
    browser.text("tbody", "Dana Levi").await;
    assert_eq!(browser.run("return document.cookie").await, "", "scripts cannot read the session");
    browser.click("#leave").await;
    browser.text(".door", "Log in to go on.").await;
    browser.excuse("/api/").await;
}

/// What was typed is not lost, and is sent after the login.
async fn a_session_that_ended_goes_on_after_a_login(w: &mut World, browser: &Browser) {
    open(w, browser, "pauses").await;
    browser.click("a[href='#new']").await;
    browser.type_into("[data-field=name] input", "Tea").await;
    let leave = "return fetch('/api/user/logout', {headers: {'X-Requested-With': 'test'}}).then(answer => answer.status)";
    assert_eq!(browser.run(leave).await, 200);
    browser.click(".sheet .buttons button").await;
    log_in(browser, "boss").await;
    browser.text("tbody", "Tea").await;
    browser.excuse("/api/").await;
}

async fn who_may_not_is_told(w: &mut World, browser: &Browser) {
    person(w, "agent", "Agent").await;
    browser.open(&format!("{}/console/users", w.base())).await;
    log_in(browser, "agent").await;
    browser.text("#content [role=alert]", "users").await;
    browser.excuse("/api/").await;
}

async fn by_keyboard(w: &mut World, browser: &Browser) {
    const ENTER: &str = "\u{E007}";
    const ESCAPE: &str = "\u{E00C}";
    const RIGHT: &str = "\u{E014}";
    open(w, browser, "users").await;
    browser.press("tbody a", ENTER).await;
    browser.text(".sheet h2", "").await;
    browser.press(".tabs [aria-selected=true]", RIGHT).await;
    browser.text(".tabs [aria-selected=true]", "Agent").await;
    assert_eq!(browser.run("return document.activeElement.textContent").await, "Agent");
    browser.press(".sheet :focus", ESCAPE).await;
    browser.until("the dialog to close", "return !document.querySelector('dialog') && location.hash === ''").await;
    // What is changed is not lost by a slip.
    browser.press("tbody a", ENTER).await;
    browser.type_into("[data-field=name] input", "Somebody else").await;
    browser.press("[data-field=name] input", ESCAPE).await;
    browser.text(".ask", "is not saved").await;
    browser.press(".ask :focus", ENTER).await;
    browser.until("the question to go", "return !document.querySelector('.ask') && document.querySelector('.sheet')").await;
    browser.resize(HAND).await;
    browser.press("[data-field=name] input", ESCAPE).await;
    browser.click(".ask .danger").await;
    browser.press("#menu", ENTER).await;
    browser.click("#pages a[href='/console/pauses']").await;
    browser.text("h1", "Pauses").await;
}

async fn legible(w: &mut World, browser: &Browser) {
    some_of_each(w).await;
    open(w, browser, "users").await;
    for (size, theme, window) in
        [(DESK, "light", "desk"), (HAND, "dark", "hand"), (DESK, "dark", "desk-dark"), (HAND, "light", "hand-light")]
    {
        browser.prefer(theme).await;
        browser.resize(size).await;
        for page in pages() {
            turn(w, browser, page).await;
            let name = format!("console-{page}-{window}");
            let rows = "return document.querySelectorAll('#content tbody tr, #content form').length > 0 && document.querySelector('#content tbody, \
                        #content [role=tabpanel]')";
            browser.until(&name, rows).await;
            seen(browser, &name).await;
            let first =
                "const row = document.querySelector('#content tbody a'); if (row) { location.hash = row.hash; } return row !== null";
            if browser.run(first).await == true {
                browser.text(".sheet", "").await;
                let tabs = browser.run("return Math.max(1, document.querySelectorAll('.sheet [role=tab]').length)").await;
                for tab in 0..tabs.as_i64().expect("a count") {
                    browser.run(&format!("document.querySelectorAll('.sheet [role=tab]')[{tab}]?.click()")).await;
                    seen(browser, &format!("{name}-{tab}")).await;
                }
            }
        }
    }
}

/// Looks at what the window shows.
async fn seen(browser: &Browser, name: &str) {
    browser.screenshot(name).await;
    assert_eq!(browser.axe("html", &[]).await, [""; 0], "{name}");
    let wide =
        browser.run("const e = document.querySelector('dialog') ?? document.documentElement; return e.scrollWidth - e.clientWidth").await;
    assert_eq!(wide, 0, "{name}: it is wider than its window");
}

/// Something on each page.
async fn some_of_each(w: &mut World) {
    let (user, device) = agent(w, "1001", ANSWERS).await;
    queue(w, "Support", "7000", &[user]).await;
    check_in(w, user, device).await;
    for (noun, fields) in [
        ("group", json!({"user_ids": [user]})),
        ("site", json!({})),
        ("label", json!({"color": "#17456b"})),
        ("media", json!({"kind": "tone", "spec": "%(200,0,440)"})),
        ("time_group", json!({"rules": [{"days": [1, 2], "from": "08:00", "to": "17:00"}]})),
        ("dial_rule", json!({"deny": ["1900"]})),
        ("voicemail", json!({"number": "8000"})),
        ("phone_list", json!({})),
    ] {
        let mut fields = fields;
        fields["name"] = json!(format!("The first {noun}"));
        resource(w, noun, fields).await;
    }
    let list = done(w.get("/api/phone_list").await)[0]["id"].clone();
    done(w.post(&format!("/api/phone_list/{list}/lead"), json!({"phone": "0501234567", "name": "Noa"})).await);
    done(w.post(&format!("/api/user/{user}/key"), json!({"name": "CRM"})).await);
    let repair = Repair {
        account_id: w.account(),
        at: Millis(1_795_590_000_000),
        kind: Kind::AgentStuck,
        user_id: Some(ccgate::domain::UserId(user)),
        queue_id: None,
        leg: None,
        seen: "in a queue call since 1795589000, without a leg".to_owned(),
        done: None,
    };
    let written = w.running().store().write(move |conn| Box::pin(async move { ccgate::store::repair::append(conn, &[repair]).await }));
    written.await.expect("the repair can be written");
    let secret = w.push_to_sink().await;
    let call = w.phones.call_in("972501111111", "97237000").await;
    w.sink.next("call:answer", &secret).await;
    w.phones.hang_up(call).await;
    w.sink.next("call:end", &secret).await;
}
