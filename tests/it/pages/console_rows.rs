//! `/console`: what is made, changed and deleted on each page.

use serde_json::{Value, json};

use super::console::{open, turn};
use super::page_trials;
use crate::harness::World;
use crate::harness::browser::Browser;
use crate::scenario::{ANSWERS, agent, done, queue, resource};

page_trials![
    users,
    devices,
    a_device_outside,
    queues_and_members,
    extensions,
    every_other_page,
    leads,
    what_the_api_refuses_is_said_at_the_field
];

/// Types into the fields of the dialog, by the API's names of them.
async fn fill(browser: &Browser, fields: &[(&str, &str)]) {
    for (name, text) in fields {
        browser.type_into(&format!(".sheet [data-field={name}] :is(input, select, textarea)"), text).await;
    }
}

/// Makes one by the form; what the API has of it then.
async fn create(w: &World, browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Value {
    browser.click("#actions a[href='#new']").await;
    fill(browser, fields).await;
    save(browser).await;
    only_one(w, path, fields[0].1).await
}

async fn save(browser: &Browser) {
    browser.click(".sheet form > .buttons button:last-child").await;
    browser.until("the dialog to close", "return !document.querySelector('dialog')").await;
}

/// The one that has this in a field that is searched.
async fn only_one(w: &World, path: &str, q: &str) -> Value {
    let found = done(w.get(&format!("{path}?q={}", q.replace(' ', "%20"))).await);
    assert_eq!(found.as_array().map(Vec::len), Some(1), "{found}");
    found[0].clone()
}

/// Opens one that is listed.
async fn edit(browser: &Browser, row: &Value) {
    browser.click(&format!("tbody a[href='#{}']", row["id"])).await;
}

/// Deletes one, after it was asked.
async fn delete(w: &World, browser: &Browser, path: &str, row: &Value) {
    edit(browser, row).await;
    browser.click(".sheet .danger.quiet").await;
    browser.click(".ask .danger").await;
    let gone = format!("return !document.querySelector(\"dialog, tbody a[href='#{}']\")", row["id"]);
    browser.until("the row to go", &gone).await;
    assert_eq!(w.get(&format!("{path}/{}", row["id"])).await.status, 404);
}

async fn users(w: &mut World, browser: &Browser) {
    queue(w, "Support", "7000", &[]).await;
    open(w, browser, "users").await;
    browser.click("#actions a[href='#new']").await;
    fill(browser, &[("name", "Noam Cohen"), ("username", "noam"), ("email", "noam@example.org"), ("password", "Ab123456")]).await;
    browser.click(".tabs button:nth-child(2)").await;
    browser.click("[data-field=is_agent] input").await;
    fill(browser, &[("wrap_up_time", "7")]).await;
    browser.click("[data-field=queue_perms] button.add").await;
    browser.click(".tabs button:nth-child(4)").await;
    fill(browser, &[("pgroup_id", "Agent"), ("allowed_ips", "192.0.2.0/24, 127.0.0.1")]).await;
    browser.type_into("[data-field=permissions] label:last-child select", "yes").await;
    save(browser).await;
    browser.text("tbody", "Noam Cohen").await;
    let made = only_one(w, "/api/user", "noam").await;
    let sent = [&made["is_agent"], &made["wrap_up_time"], &made["pgroup"], &made["allowed_ips"], &made["permissions"], &made["active"]];
    assert_eq!(json!(sent), json!([true, 7, "Agent", "192.0.2.0/24,127.0.0.1/32", {"toll": true}, 1]));
    assert_eq!(made["queue_perms"][0][1], 3, "joined at check-in");
    assert_eq!(w.anonymous().post("/api/user/login", json!({"username": "noam", "password": "Ab123456"})).await.status, 200);

    edit(browser, &made).await;
    fill(browser, &[("name", "Noam Levi")]).await;
    browser.click("[data-field=active] input").await;
    save(browser).await;
    browser.text("tbody", "not active").await;
    let changed = only_one(w, "/api/user", "noam").await;
    let (mut expected, is_like) = (made.clone(), &changed);
    (expected["name"], expected["active"]) = (json!("Noam Levi"), json!(0));
    // It logged in meanwhile.
    expected["last_login"] = is_like["last_login"].clone();
    assert_eq!(changed, expected, "only what was changed is");

    browser.type_into(".filters input", "nobody").await;
    browser.text("#content", "There is nothing here yet.").await;
    browser.type_into(".filters input", "noam").await;
    browser.text("#content .foot", "1 in all").await;
    delete(w, browser, "/api/user", &made).await;
}

async fn devices(w: &mut World, browser: &Browser) {
    let (user, device) = agent(w, "1001", ANSWERS).await;
    open(w, browser, "devices").await;
    browser.text("tbody", "registered").await;
    browser.text("tbody", "Agent of 1001").await;
    w.phones.unregister("1001").await;
    browser.text("tbody", "not registered").await;

    // Its password is made up, and shown once.
    browser.click("#actions a[href='#new']").await;
    fill(browser, &[("name", "Desk 7"), ("username", "1007"), ("user_id", "Agent of 1001")]).await;
    browser.click(".sheet form > .buttons button").await;
    browser.text(".once", "shown this once").await;
    let password = browser.run("return document.querySelector('.once input').value").await;
    assert!(password.as_str().expect("a password").len() >= 12);
    browser.click(".sheet .close").await;
    let made = only_one(w, "/api/device", "Desk 7").await;
    assert_eq!((&made["type"], &made["username"], &made["user_id"]), (&json!("sip"), &json!("1007"), &json!(user)));

    edit(browser, &made).await;
    fill(browser, &[("user_id", "none"), ("timeout", "20")]).await;
    save(browser).await;
    let changed = only_one(w, "/api/device", "Desk 7").await;
    assert_eq!((&changed["user_id"], &changed["timeout"]), (&Value::Null, &json!(20)));
    delete(w, browser, "/api/device", &made).await;
    assert_eq!(w.get(&format!("/api/device/{device}")).await.status, 200);
}

/// A number has other fields than a SIP phone.
async fn a_device_outside(w: &mut World, browser: &Browser) {
    open(w, browser, "devices").await;
    browser.click("#actions a[href='#new']").await;
    browser.until("the fields", "return document.querySelector('[data-field=number]')?.hidden").await;
    fill(browser, &[("name", "Mobile"), ("type", "external"), ("number", "+972501234567"), ("confirm", "no")]).await;
    assert_eq!(browser.run("return document.querySelector('[data-field=username]').hidden").await, true);
    save(browser).await;
    let made = only_one(w, "/api/device", "Mobile").await;
    assert_eq!((&made["number"], &made["confirm"], &made["username"]), (&json!("+972501234567"), &json!(false), &Value::Null));
}

async fn queues_and_members(w: &mut World, browser: &Browser) {
    let mut agents = Vec::new();
    for phone in ["1001", "1002"] {
        agents.push(agent(w, phone, ANSWERS).await.0);
    }
    let hours = resource(w, "time_group", json!({"name": "Mornings", "rules": [{"days": [1], "from": "08:00", "to": "12:00"}]})).await;
    open(w, browser, "queues").await;
    let made = create(w, browser, "/api/cc_queue", &[("name", "Support"), ("strategy", "ring-all"), ("sla_answer_time", "20")]).await;
    assert_eq!((&made["strategy"], &made["time_base_score"], &made["sla_answer_time"]), (&json!("ring-all"), &json!("queue"), &json!(20)));

    edit(browser, &made).await;
    browser.click(".tabs button:nth-child(2)").await;
    for name in ["Agent of 1001", "Agent of 1002"] {
        browser.type_into("select.add", name).await;
        browser.click("button.add").await;
    }
    browser.type_into("[aria-label='Mode of Agent of 1002']", "4").await;
    browser.type_into("[aria-label='Level of Agent of 1002']", "2").await;
    browser.type_into("[aria-label='Hours of Agent of 1002']", "Mornings").await;
    browser.click(".tabs button:nth-child(3)").await;
    browser.type_into("[data-field=exits] label:first-child input", "7001").await;
    save(browser).await;
    let path = format!("/api/cc_queue/{}", made["id"]);
    let rows = json!([[agents[0], 3, 1, 1, "Agent of 1001", null, false], [agents[1], 4, 1, 2, "Agent of 1002", hours, false]]);
    let changed = done(w.get(&path).await);
    assert_eq!((&changed["users"], &changed["exits"]), (&rows, &json!({"timeout": "7001"})));

    edit(browser, &made).await;
    browser.click(".tabs button:nth-child(2)").await;
    browser.click("[aria-label='Take out Agent of 1001']").await;
    save(browser).await;
    assert_eq!(done(w.get(&path).await)["users"], json!([rows[1]]));
    delete(w, browser, "/api/cc_queue", &made).await;
}

/// What it leads to, and the id of that, go together.
async fn extensions(w: &mut World, browser: &Browser) {
    let (user, device) = agent(w, "1001", ANSWERS).await;
    open(w, browser, "extensions").await;
    let made = create(w, browser, "/api/extension", &[("number", "2001"), ("name", "Dana"), ("target_id", "Agent of 1001")]).await;
    assert_eq!((&made["target"], &made["target_id"]), (&json!("user"), &json!(user)));
    browser.text("tbody", "user Agent of 1001").await;
    edit(browser, &made).await;
    fill(browser, &[("target", "device"), ("target_id", "Phone 1001")]).await;
    save(browser).await;
    let changed = only_one(w, "/api/extension", "2001").await;
    assert_eq!((&changed["target"], &changed["target_id"]), (&json!("device"), &json!(device)));
    delete(w, browser, "/api/extension", &made).await;
}

/// Those that are nothing but a description: what is typed, then what is changed, and what the API has of it.
async fn every_other_page(w: &mut World, browser: &Browser) {
    type Fields<'a> = &'a [(&'a str, &'a str)];
    let pages: [(&str, &str, Fields<'_>, Fields<'_>, Value); 10] = [
        ("pauses", "pause", &[("max_seconds", "60")], &[("color", "#17456b")], json!({"max_seconds": 60, "color": "#17456b"})),
        ("phone-lists", "phone_list", &[], &[], json!({})),
        ("sounds", "media", &[("kind", "tone"), ("spec", "%(200,0,440)")], &[("spec", "%(200,0,880)")], json!({"spec": "%(200,0,880)"})),
        (
            "hours",
            "time_group",
            &[("rules", r#"[{"days":[1],"from":"08:00","to":"12:00"}]"#)],
            &[("timezone", "Asia/Jerusalem")],
            json!({"rules": [{"days": [1], "from": "08:00", "to": "12:00"}], "timezone": "Asia/Jerusalem"}),
        ),
        ("dial-rules", "dial_rule", &[("deny", "1900, 1800")], &[("strip", "1")], json!({"deny": ["1900", "1800"], "strip": 1})),
        (
            "mailboxes",
            "voicemail",
            &[("number", "8000"), ("password", "2468")],
            &[("email", "a@example.org")],
            json!({"email": "a@example.org"}),
        ),
        ("groups", "group", &[], &[], json!({"user_ids": []})),
        ("sites", "site", &[], &[], json!({})),
        ("labels", "label", &[("color", "red")], &[("color", "blue")], json!({"color": "blue"})),
        ("permission-groups", "pgroup", &[("permissions", "yes")], &[("permissions", "no")], json!({"permissions": {"cc_api": false}})),
    ];
    open(w, browser, "users").await;
    for (page, noun, first, then, expected) in pages {
        let path = format!("/api/{noun}");
        turn(w, browser, page).await;
        let made = create(w, browser, &path, &[&[("name", "First")], first].concat()).await;
        browser.text("tbody", "First").await;
        edit(browser, &made).await;
        fill(browser, &[&[("name", "Second")], then].concat()).await;
        save(browser).await;
        let changed = only_one(w, &path, "Second").await;
        for (name, value) in expected.as_object().expect("fields") {
            assert_eq!(&changed[name], value, "{page} {name}");
        }
        delete(w, browser, &path, &made).await;
    }
}

/// A list within a dialog.
async fn leads(w: &mut World, browser: &Browser) {
    let list = resource(w, "phone_list", json!({"name": "Customers"})).await;
    let path = format!("/api/phone_list/{list}/lead");
    open(w, browser, "phone-lists").await;
    browser.click("tbody a").await;
    browser.click(".tabs button:nth-child(2)").await;
    browser.click(".sheet .actions button").await;
    let inner = ".sheet:last-of-type";
    browser.type_into(&format!("{inner} [data-field=phone] input"), "050-123-4567").await;
    browser.type_into(&format!("{inner} [data-field=ext_api_vars] textarea"), r#"{"city":"Haifa"}"#).await;
    browser.click(&format!("{inner} form > .buttons button")).await;
    browser.text(".sheet tbody", "501234567").await;
    browser.click(".sheet tbody .link").await;
    browser.type_into(&format!("{inner} [data-field=name] input"), "Noa").await;
    browser.click(&format!("{inner} form > .buttons button:last-child")).await;
    browser.text(".sheet tbody", "Noa").await;
    let lead = done(w.get(&path).await)[0].clone();
    assert_eq!((&lead["name"], &lead["ext_api_vars"]), (&json!("Noa"), &json!({"city": "Haifa"})));
    browser.click(".sheet tbody .link").await;
    browser.click(&format!("{inner} form > .buttons .danger")).await;
    browser.click(".ask .danger").await;
    browser.text(".sheet", "There is nothing here yet.").await;
    assert_eq!(done(w.get(&path).await), json!([]));
}

async fn what_the_api_refuses_is_said_at_the_field(w: &mut World, browser: &Browser) {
    open(w, browser, "users").await;
    browser.click("#actions a[href='#new']").await;
    fill(browser, &[("name", "Noam"), ("username", "no am"), ("email", "noam@example.org"), ("password", "Ab123456")]).await;
    browser.click(".tabs button:nth-child(4)").await;
    browser.click(".sheet form > .buttons button").await;
    browser.text("[data-field=username] .error", "username must have 1 to 100 characters and no blanks").await;
    assert_eq!(browser.run("return document.activeElement.getAttribute('aria-invalid')").await, "true", "it is seen, and has the cursor");
    fill(browser, &[("username", "boss")]).await;
    browser.click(".sheet form > .buttons button").await;
    browser.text("[data-field=username] .error", "the username is in use already").await;
    assert_eq!(browser.axe("html", &[]).await, [""; 0]);
    browser.screenshot("console-refused").await;
    // What is no JSON is the API's to refuse.
    browser.click(".tabs button:nth-child(3)").await;
    fill(browser, &[("cnum_by_country", "{")]).await;
    fill(browser, &[("ocnam", "Noam")]).await;
    browser.click(".sheet form > .buttons button").await;
    browser.text("[data-field=cnum_by_country] .error", "must be an object of").await;
    assert_eq!(done(w.get("/api/user?q=noam").await), json!([]), "nothing was made");
    browser.excuse("/api/").await;
}
