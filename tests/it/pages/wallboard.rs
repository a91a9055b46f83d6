//! `/tv`: a call as the wall shows it, a stream that is cut and heals, and whether it can be read.

use serde_json::json;

use super::page_trials;
use crate::harness::World;
use crate::harness::browser::{Browser, DESK, HAND};
use crate::harness::phones::Behaviour;
use crate::scenario::{ANSWERS, PASSWORD, agent, check_in, done, queue, resource};

page_trials![
    a_call_from_its_wait_to_the_wrap_up,
    a_stream_is_cut_and_heals,
    a_person_logs_in_and_out,
    what_does_not_fit_is_counted,
    legible
];

const LONG_S: u32 = 300;
/// The panels of which something is cut off.
const CUT: &str = "return [...document.querySelectorAll('.panel')].filter(one => { const room = one.querySelector('.room'); \
                   return room.scrollHeight > room.clientHeight }).map(one => one.id)";

/// Opens a wall with the administrator's key, as a screen without a person is started.
async fn open(w: &World, browser: &Browser, path: &str) {
    browser.open(&format!("{}{path}#key={}", w.base(), w.key())).await;
    browser.text("#live", "Live").await;
    assert_eq!(browser.run("return location.hash").await, "", "the key is gone from the address");
}

/// Waits until the row of the agent says this.
async fn says(browser: &Browser, state: &str) {
    browser.text("#agents li", state).await;
}

/// Waits until so many wait.
async fn waiting(browser: &Browser, count: &str) {
    browser
        .until(&format!("{count} to wait"), &format!("return document.querySelector('#tile-waiting .value').textContent === '{count}'"))
        .await;
}

async fn a_call_from_its_wait_to_the_wrap_up(w: &mut World, browser: &Browser) {
    let (user, device) = agent(w, "1001", Behaviour::RingOn).await;
    done(w.put(&format!("/api/user/{user}"), json!({"wrap_up_time": LONG_S})).await);
    let id = queue(w, "Support", "7000", &[user]).await;
    done(w.put(&format!("/api/cc_queue/{id}"), json!({"tv_name": "HELP DESK", "sla_answer_time": 300, "ring_timeout": 2})).await);
    let pause = done(w.get("/api/pause?q=lunch").await)[0]["id"].clone();
    open(w, browser, &format!("/tv/{id}")).await;
    browser.text("#title", "HELP DESK").await;
    says(browser, "Offline").await;
    check_in(w, user, device).await;
    says(browser, "Ready").await;
    done(w.get(&format!("/api/cc_agent/setPause?user_id={user}&id={pause}")).await);
    says(browser, "Lunch").await;
    browser.text("#waiting", "Nobody waits.").await;

    let call = w.phones.call_in("972501111111", "97237000").await;
    browser.text("#waiting tbody tr", "972501111111").await;
    waiting(browser, "1").await;
    done(w.get(&format!("/api/cc_agent/setPause?user_id={user}&id=0")).await);
    says(browser, "Ringing").await;
    // It is offered again and again, until the phone is another's.
    w.phones.phone("1001", PASSWORD, ANSWERS).await;
    says(browser, "In a call").await;
    waiting(browser, "0").await;
    browser.text("#tile-answered .value", "1").await;
    browser.text("#tile-service-level .value", "100%").await;
    w.phones.hang_up(call).await;
    says(browser, "Wrap-up").await;
    browser.text("#agents li .number", "left").await;
    done(w.get(&format!("/api/cc_agent/wrapup?user_id={user}&seconds=0")).await);
    says(browser, "Ready").await;
    w.phones.unregister("1001").await;
    says(browser, "Unreachable").await;
    done(w.get(&format!("/api/cc_agent/checkOut?user_id={user}")).await);
    says(browser, "Offline").await;
}

async fn a_stream_is_cut_and_heals(w: &mut World, browser: &Browser) {
    let (user, device) = agent(w, "1001", ANSWERS).await;
    let id = queue(w, "Support", "7000", &[user]).await;
    open(w, browser, "/tv").await;
    says(browser, "Offline").await;
    w.stop_ccgate().await;
    browser.text("#live", "Not live since").await;
    assert_eq!(browser.run("return document.body.classList.contains('stale')").await, true);
    w.start_ccgate().await;
    w.reconciled().await;
    check_in(w, user, device).await;
    browser.text("#live", "Live").await;
    says(browser, "Ready").await;
    w.take_switch_away_for_a_while().await;
    browser.text("#away", "cannot hear the switch").await;
    w.bring_switch_back().await;
    browser.until("the switch to be back", "return document.querySelector('#away').hidden").await;

    // The queue goes, and its wall says so.
    browser.open(&format!("{}/tv/{id}", w.base())).await;
    browser.text("#title", "Support").await;
    done(w.delete(&format!("/api/cc_queue/{id}")).await);
    browser.text("#door", "There is no such queue.").await;
    browser.excuse("/api/wallboard").await;
}

async fn a_person_logs_in_and_out(w: &mut World, browser: &Browser) {
    let user = json!({
        "name": "Dana", "username": "dana", "email": "dana@example.org", "password": "Ab123456", "permissions": {"supervise": true},
    });
    done(w.post("/api/user", user).await);
    browser.open(&format!("{}/tv", w.base())).await;
    browser.text("#door", "Log in to see").await;
    assert_eq!(browser.axe("html", &[]).await, [""; 0], "the form");
    browser.screenshot("tv-login").await;
    browser.type_into("input[name=key]", "ccg_wrong").await;
    browser.click("form:last-of-type button").await;
    browser.text("#door .message", "Unauthorized").await;
    browser.type_into("input[name=username]", "dana").await;
    browser.type_into("input[name=password]", "Ab123456").await;
    browser.click("form:first-of-type button").await;
    browser.text("#live", "Live").await;
    browser.reload().await;
    browser.text("#live", "Live").await;
    browser.click("#leave").await;
    browser.text("#door", "Log in to see").await;
    browser.excuse("/api/wallboard").await;
}

/// Of twenty queues those are shown in which callers wait; and who went to one by the keyboard stays there while the wall changes.
async fn what_does_not_fit_is_counted(w: &mut World, browser: &Browser) {
    for place in 0..19 {
        queue(w, &format!("Queue {place:02}"), &format!("70{place:02}"), &[]).await;
    }
    let last = queue(w, "The last", "7099", &[]).await;
    open(w, browser, "/tv").await;
    browser.text("#queues .rest", "and ").await;
    w.phones.call_in("972501111111", "97237099").await;
    browser.text("#queues tbody tr", "The last").await;
    browser.run(&format!("document.querySelector('#queues a[href=\"/tv/{last}\"]').focus()")).await;
    w.phones.call_in("972502222222", "97237099").await;
    waiting(browser, "2").await;
    assert_eq!(browser.run("return document.activeElement.getAttribute('href')").await, format!("/tv/{last}"));
    let counted = "return document.querySelectorAll('#queues tbody tr').length + Number(document.querySelector('#queues .rest').innerText.split(' ')[1])";
    assert_eq!(browser.run(counted).await, 20);
    assert_eq!(browser.run(CUT).await, json!([]));
}

async fn legible(w: &mut World, browser: &Browser) {
    a_floor(w).await;
    let support = done(w.get("/api/cc_queue?q=Support").await)[0]["id"].clone();
    open(w, browser, "/tv").await;
    for theme in ["dark", "light"] {
        browser.prefer(theme).await;
        for (size, window) in [(DESK, "desk"), (HAND, "hand")] {
            browser.resize(size).await;
            for (path, name) in [("/tv".to_owned(), "all"), (format!("/tv/{support}"), "queue")] {
                browser.open(&format!("{}{path}", w.base())).await;
                browser.text("#live", "Live").await;
                browser.until("the callers", "return document.querySelectorAll('#waiting tbody tr').length > 1").await;
                browser.screenshot(&format!("tv-{name}-{window}-{theme}")).await;
                let what = format!("{name} {window} {theme}");
                assert_eq!(browser.axe("html", &[]).await, [""; 0], "{what}");
                let over = browser.run("const { scrollWidth: w, clientWidth: inW, scrollHeight: h, clientHeight: inH } = document.documentElement; return [w - inW, h - inH]").await;
                assert_eq!(over[0], 0, "{what}: the page is wider than its window");
                assert_eq!(browser.run(CUT).await, json!([]), "{what}");
                assert!(size == HAND || over[1] == 0, "{what}: a wall is not scrolled: {over}");
            }
        }
    }
}

/// A floor with agents in every state, and callers who wait.
async fn a_floor(w: &mut World) {
    const NAMES: [&str; 12] = [
        "Dana Levi",
        "Noam Cohen",
        "Maya Katz",
        "Yael Peretz",
        "Amit Friedman",
        "Tamar Azulay",
        "Omer Biton",
        "Shira Dahan",
        "Itai Malka",
        "Roni Gabay",
        "Lior Ohana",
        "Adi Vaknin",
    ];
    let lunch = done(w.get("/api/pause?q=lunch").await)[0]["id"].as_i64().expect("an id");
    let training = resource(w, "pause", json!({"name": "Training"})).await;
    let mut agents = Vec::new();
    for (place, name) in NAMES.iter().enumerate() {
        let phone = (1001 + place).to_string();
        let seat = agent(w, &phone, if place < 2 { ANSWERS } else { Behaviour::RingOn }).await;
        done(w.put(&format!("/api/user/{}", seat.0), json!({"name": name})).await);
        agents.push(seat);
    }
    let users: Vec<_> = agents.iter().map(|(user, _)| *user).collect();
    let support = queue(w, "Support", "7000", &users[..9]).await;
    let sales = queue(w, "Sales", "7001", &users[6..]).await;
    let billing = queue(w, "Billing and contracts", "7002", &users[9..11]).await;
    for (id, ground, ink) in [(support, "#17456b", "#ffffff"), (sales, "#f2c14e", "white"), (billing, "#3d5a45", "#fff7e0")] {
        done(w.put(&format!("/api/cc_queue/{id}"), json!({"sla_answer_time": 20, "background_color": ground, "font_color": ink})).await);
    }
    for (user, device) in &agents[..9] {
        check_in(w, *user, *device).await;
    }
    for (place, pause) in [(2, lunch), (3, lunch), (4, training), (5, training), (6, lunch), (8, training)] {
        done(w.get(&format!("/api/cc_agent/setPause?user_id={}&id={pause}", users[place])).await);
    }
    w.phones.unregister("1008").await;
    let secret = w.push_to_sink().await;
    for from in ["972521234567", "972541112223"] {
        w.phones.call_in(from, "97237000").await;
        for _ in ["the agent's leg", "the caller's"] {
            w.sink.next("call:answer", &secret).await;
        }
    }
    for (name, from, number) in [
        ("Avi Mizrahi", "972501111111", "97237000"),
        ("Rivka Stern", "972502222222", "97237000"),
        ("", "972503333333", "97237000"),
        ("Moshe Alon", "972504444444", "97237001"),
        ("Galit Shaked", "972505555555", "97237002"),
    ] {
        w.phones.call_in_as(name, from, number).await;
    }
}
