//! `/agent`: an agent's work on its page, a stream that is cut and heals, and whether it can be read.

use serde_json::json;

use super::page_trials;
use crate::harness::World;
use crate::harness::browser::{Browser, HAND, LAPTOP};
use crate::harness::phones::Behaviour;
use crate::scenario::{ANSWERS, PASSWORD, agent, check_in, done, queue, resource};

page_trials![a_call_with_its_lead_and_wrap_up, pauses_queues_and_phones, a_number_is_dialled, the_stream_is_cut_and_heals, legible];

const LONG_S: u32 = 300;
const CALLER: &str = "972501111111";

/// Logs the agent of this phone in.
async fn log_in(w: &World, browser: &Browser, phone: &str) {
    browser.open(&format!("{}/agent", w.base())).await;
    browser.text("#door", "Log in to take calls").await;
    let form = browser.text("#door form", "Password").await;
    assert!(!form.contains("false"), "only what is meant is shown: {form:?}");
    browser.type_into("input[name=username]", &format!("agent{phone}")).await;
    browser.type_into("input[name=password]", "Ab123456").await;
    browser.click("form button").await;
    browser.text("#live", "Live").await;
    browser.text("#name", &format!("Agent of {phone}")).await;
    // What was asked before anybody was there was refused.
    browser.excuse("/api/").await;
}

/// Waits until the page says that the agent does this.
async fn does(browser: &Browser, words: &str) {
    browser.text("#state", words).await;
}

/// Waits until so many legs were told to be answered: a caller who hangs up before it speaks with the agent leaves no wrap-up.
async fn answered(w: &World, legs: usize) {
    let mut commits = w.running().store().committed();
    crate::harness::patience("the call to be answered", async {
        while w.told("call:answer").await.len() < legs {
            commits.changed().await.expect("ccgate runs");
        }
    })
    .await;
}

/// A lead with the caller's number.
async fn lead(w: &World) {
    let list = resource(w, "phone_list", json!({"name": "Customers"})).await;
    let lead = json!({
        "phone": CALLER, "name": "Avi Mizrahi", "lead_id": "C-1041", "tags": "vip,renewal",
        "ext_api_vars": {"City": "Haifa", "Contract": "Business 500", "Open tickets": 2},
    });
    done(w.post(&format!("/api/phone_list/{list}/lead"), lead).await);
}

async fn a_call_with_its_lead_and_wrap_up(w: &mut World, browser: &Browser) {
    let (user, _) = agent(w, "1001", Behaviour::RingOn).await;
    done(w.put(&format!("/api/user/{user}"), json!({"wrap_up_time": LONG_S, "max_snooze": 1})).await);
    let id = queue(w, "Support", "7000", &[user]).await;
    done(w.put(&format!("/api/cc_queue/{id}"), json!({"ring_timeout": 2})).await);
    lead(w).await;
    log_in(w, browser, "1001").await;
    does(browser, "Offline").await;
    browser.click("#phones .main").await;
    does(browser, "Ready").await;
    does(browser, "can be reached").await;

    let call = w.phones.call_in(CALLER, "97237000").await;
    does(browser, "Ringing").await;
    browser.text("#calls h3", "Avi Mizrahi").await;
    browser.text("#calls .way", "From Support").await;
    browser.text("#calls .number", CALLER).await;
    // It is offered again and again, until the phone is another's.
    w.phones.phone("1001", PASSWORD, ANSWERS).await;
    does(browser, "In a call").await;
    let facts = browser.text("#calls .facts", "Business 500").await;
    for fact in ["C-1041", "vip,renewal", "Haifa", "2"] {
        assert!(facts.contains(fact), "{facts}");
    }
    answered(w, 2).await;
    w.phones.hang_up(call).await;
    does(browser, "Wrap-up").await;
    browser.text("#calls", "The last call").await;
    browser.text("#calls h3", "Avi Mizrahi").await;
    let until = "return Number(document.querySelector('#state [data-until]')?.dataset.until)";
    let before = browser.until("a countdown", until).await.as_f64().expect("a time");
    let left = browser.run("return document.querySelector('#state [data-until]').textContent").await;
    assert!(left.as_str().is_some_and(|left| left.starts_with("4:") || left == "5:00"), "{left}");
    browser.click("#extend").await;
    let later = format!("return Number(document.querySelector('#state [data-until]')?.dataset.until) - {before} >= 299000");
    browser.until("a later end", &later).await;
    browser.text("#state", "extended as often as it may be").await;
    browser.click("#end").await;
    does(browser, "Ready").await;
    browser.text("#calls", "No call.").await;
}

async fn pauses_queues_and_phones(w: &mut World, browser: &Browser) {
    let (user, _) = agent(w, "1001", ANSWERS).await;
    let (support, sales) = (queue(w, "Support", "7000", &[user]).await, queue(w, "Sales", "7001", &[]).await);
    done(w.post(&format!("/api/cc_queue/{sales}/users"), json!({"users": [[user, 1]]})).await);
    let training = resource(w, "pause", json!({"name": "Training", "color": "#f2c14e"})).await;
    log_in(w, browser, "1001").await;
    browser.click("#code").await;
    let code = browser.text("#dial-code strong", "**").await;
    w.phones.dial("1001", &code).await;
    does(browser, "Ready").await;
    browser.click(&format!("#pause-{training}")).await;
    does(browser, "Training").await;
    browser
        .until("the pause to be marked", &format!("return document.querySelector('#pause-{training}[aria-pressed=true]') !== null"))
        .await;
    browser.click("#resume").await;
    does(browser, "Ready").await;
    browser.click(&format!("#queue-{sales}")).await;
    w.until_event(0, "queue:join").await;
    let joined = json!([support, sales]);
    let now = async || done(w.get(&format!("/api/user/{user}")).await)["queues"].clone();
    let mut commits = w.running().store().committed();
    crate::harness::patience("the queue to be joined", async {
        while now().await != joined {
            commits.changed().await.expect("ccgate runs");
        }
    })
    .await;
    w.phones.unregister("1001").await;
    does(browser, "cannot be reached").await;
    browser.click("#check-out").await;
    does(browser, "Offline").await;
    // What cannot be done says so, and changes nothing.
    w.take_switch_away_for_a_while().await;
    browser.click("#phones .main").await;
    browser.text("#message", "nothing was changed").await;
    does(browser, "Offline").await;
    browser.excuse("/api/").await;
    w.bring_switch_back().await;
}

async fn a_number_is_dialled(w: &mut World, browser: &Browser) {
    let (user, device) = agent(w, "1001", ANSWERS).await;
    done(w.put(&format!("/api/user/{user}"), json!({"permissions": {"originate": true}})).await);
    lead(w).await;
    check_in(w, user, device).await;
    w.phones.outside("0501111111", ANSWERS).await;
    log_in(w, browser, "1001").await;
    browser.type_into("#number", "0501111111").await;
    browser.click("#dial-go").await;
    browser.text("#calls .way", "Called by you").await;
    browser.text("#calls h3", "Avi Mizrahi").await;
    browser.text("#dialled", "Called 0501111111.").await;
    w.ask_switch("hupall").await;
    browser.text("#calls", "No call.").await;
    // One that may not be called.
    browser.type_into("#number", "nobody").await;
    browser.click("#dial-go").await;
    browser.text("#dialled", "nobody was not called.").await;
    browser.excuse("/api/").await;
}

async fn the_stream_is_cut_and_heals(w: &mut World, browser: &Browser) {
    let (user, device) = agent(w, "1001", ANSWERS).await;
    log_in(w, browser, "1001").await;
    does(browser, "Offline").await;
    w.stop_ccgate().await;
    browser.text("#live", "Not live since").await;
    assert_eq!(browser.run("return document.body.classList.contains('stale')").await, true);
    w.start_ccgate().await;
    w.reconciled().await;
    check_in(w, user, device).await;
    browser.text("#live", "Live").await;
    does(browser, "Ready").await;
    browser.click("#leave").await;
    browser.text("#door", "Log in to take calls").await;
    browser.excuse("/api/").await;
}

async fn legible(w: &mut World, browser: &Browser) {
    let (user, device) = agent(w, "1001", ANSWERS).await;
    let name = json!({"name": "Agent of 1001, Dana Levi", "wrap_up_time": 30, "max_snooze": 3, "permissions": {"originate": true}});
    done(w.put(&format!("/api/user/{user}"), name).await);
    let (support, sales) = (queue(w, "Support", "7000", &[user]).await, queue(w, "Sales", "7001", &[]).await);
    for (id, mode) in [(support, 4), (sales, 1), (queue(w, "Billing and contracts", "7002", &[]).await, 2)] {
        done(w.post(&format!("/api/cc_queue/{id}/users"), json!({"users": [[user, mode]]})).await);
    }
    for (name, color) in [("Training", "#3d5a45"), ("Meeting with the team", "#17456b")] {
        resource(w, "pause", json!({"name": name, "color": color})).await;
    }
    lead(w).await;
    log_in(w, browser, "1001").await;
    look(browser, "offline").await;
    check_in(w, user, device).await;
    does(browser, "Ready").await;
    let call = w.phones.call_in(CALLER, "97237000").await;
    does(browser, "In a call").await;
    answered(w, 2).await;
    look(browser, "call").await;
    w.phones.hang_up(call).await;
    does(browser, "Wrap-up").await;
    look(browser, "wrap-up").await;
    w.phones.unregister("1001").await;
    done(w.get(&format!("/api/cc_agent/wrapup?user_id={user}&seconds=0")).await);
    does(browser, "Unreachable").await;
    look(browser, "unreachable").await;
}

/// Keeps pictures, and asks axe.
async fn look(browser: &Browser, name: &str) {
    for theme in ["dark", "light"] {
        browser.prefer(theme).await;
        for (size, window) in [(LAPTOP, "desk"), (HAND, "hand")] {
            browser.resize(size).await;
            let what = format!("agent-{name}-{window}-{theme}");
            browser.screenshot(&what).await;
            assert_eq!(browser.axe("html", &[]).await, [""; 0], "{what}");
            let over = browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth").await;
            assert_eq!(over, 0, "{what}: the page is wider than its window");
        }
    }
}
