//! `/docs`: every request of every surface, tried with a key that is given once.

use ccgate::facade::openapi::Surface;
use ccgate::facade::surfaces;

use super::page_trials;
use crate::harness::World;
use crate::harness::browser::{Browser, DESK, HAND};
use crate::scenario::{ANSWERS, agent, agent_row};

page_trials![a_key_given_once_tries_every_surface, no_other_document, legible];

/// What axe finds in Swagger UI's own elements and cannot be mended from outside: a row of an operation is a button with buttons in it, headings skip a level,
/// and "Authorize" is read as "Apply credentials".
const SWAGGER_UI: [&str; 3] = ["nested-interactive", "heading-order", "label-content-name-mismatch"];

async fn a_key_given_once_tries_every_surface(w: &mut World, browser: &Browser) {
    let (user, _) = agent(w, "1001", ANSWERS).await;
    authorised(w, browser).await;
    let answer = tried(browser, "get", "/api/cc_agent/checkIn", &[("user_id", &user.to_string())]).await;
    let code = answer.split('"').find(|text| text.starts_with("**")).unwrap_or_else(|| panic!("no code: {answer}")).to_owned();
    let call = w.phones.dial("1001", &code).await;
    w.phones.ended(call).await;
    assert!(agent_row(w, user).await.contains("|Available|"), "{}", agent_row(w, user).await);

    browser.reload().await;
    assert!(tried(browser, "get", "/api/user/{id}", &[("id", &user.to_string())]).await.contains("\"agent1001\""));
    browser.click("a[href='/docs/update-agent-state']").await;
    let answer = tried(browser, "get", "/API/UpdateAgentState.php", &[("action", "showstate"), ("agent", "1001")]).await;
    assert!(answer.contains("\"ready\""), "{answer}");
}

/// Swagger UI shows what an address says, if it may.
async fn no_other_document(w: &mut World, browser: &Browser) {
    let other = "https://example.com/openapi.json";
    browser.open(&format!("{}/docs/agent-profile?url={other}&configUrl={other}&urls={other}", w.base())).await;
    browser.text(".info .title", "Agent Profile").await;
}

async fn legible(w: &mut World, browser: &Browser) {
    authorised(w, browser).await;
    for (size, window) in [(DESK, "desk"), (HAND, "hand")] {
        browser.resize(size).await;
        for Surface { name, title, .. } in surfaces() {
            browser.open(&format!("{}/docs/{name}", w.base())).await;
            browser.text(".info .title", title).await;
            browser.screenshot(&format!("docs-{name}-{window}")).await;
            browser.click(".opblock-summary-control").await;
            browser.text(".opblock.is-open", "Responses").await;
            assert_legible(browser, &format!("{name} {window}")).await;
        }
        browser.open(&format!("{}/docs/update-agent-state", w.base())).await;
        let answer = tried(browser, "get", "/API/UpdateAgentState.php", &[("action", "showqueue")]).await;
        assert!(answer.contains("\"ok\""), "{answer}");
        browser.run("document.querySelector('.responses-wrapper').scrollIntoView()").await;
        browser.screenshot(&format!("docs-tried-{window}")).await;
        assert_legible(browser, &format!("an answer {window}")).await;
    }
}

async fn assert_legible(browser: &Browser, what: &str) {
    for (css, without) in [("body > header", &[][..]), ("html", &SWAGGER_UI)] {
        assert_eq!(browser.axe(css, without).await, [""; 0], "{what} {css}");
    }
    let wide = browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth").await;
    assert_eq!(wide, 0, "{what}: the page is wider than its window");
}

/// Opens the page and gives it a key.
async fn authorised(w: &World, browser: &Browser) {
    browser.open(&format!("{}/docs", w.base())).await;
    browser.click("button.authorize.unlocked").await;
    browser.type_into(".auth-container input", w.key()).await;
    browser.click(".auth-container button.authorize").await;
    browser.click("button.btn-done").await;
}

/// Opens an operation, sends a request with these parameters, and gives the answer as the page shows it.
async fn tried(browser: &Browser, method: &str, path: &str, params: &[(&str, &str)]) -> String {
    let block = format!(".opblock-{method}:has([data-path='{path}'])");
    browser.click(&format!("{block} .opblock-summary-control")).await;
    for (name, value) in params {
        browser.type_into(&format!("{block} tr[data-param-name='{name}'] :is(input, select)"), value).await;
    }
    browser.click(&format!("{block} .execute")).await;
    browser.text(&format!("{block} .live-responses-table .response-col_description"), "{").await
}
