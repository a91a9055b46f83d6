//! `/docs` and `/console` as a client that is no browser sees them: what they may load, and that all of it is there.

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::facade::world_trials;
use crate::harness::World;

world_trials![each_surface_has_a_page, a_page_loads_nothing_else, a_file_is_kept_until_it_changes, what_is_not_there];

/// What a page names in this attribute.
fn named(html: &str, attribute: &str) -> Vec<String> {
    let begin = format!(" {attribute}=\"");
    let parts = html.split(&begin).skip(1);
    parts.map(|rest| rest.split('"').next().expect("a value ends").to_owned()).filter(|value| value.starts_with('/')).collect()
}

async fn page(w: &World, path: &str) -> (HeaderMap, String) {
    let (status, headers, bytes) = w.anonymous().file(Method::GET, path).await;
    assert_eq!(status, 200, "{path}");
    (headers, String::from_utf8(bytes).expect("a page is text"))
}

async fn each_surface_has_a_page(w: &mut World) {
    let (_, first) = page(w, "/docs").await;
    assert_eq!(page(w, "/docs/").await.1, first);
    let surfaces: Vec<_> = named(&first, "href").into_iter().filter_map(|path| path.strip_prefix("/docs/").map(str::to_owned)).collect();
    let surfaces: Vec<_> = surfaces.iter().filter(|name| !name.starts_with("assets/")).collect();
    assert_eq!(surfaces, ccgate::facade::surfaces().iter().map(|surface| surface.name).collect::<Vec<_>>());
    for name in surfaces {
        let (headers, html) = page(w, &format!("/docs/{name}")).await;
        assert_eq!(headers["content-type"], "text/html; charset=utf-8");
        assert!(html.contains(&format!("<a href=\"/docs/{name}\" aria-current=\"page\">")), "{html}");
        let (kind, document) = w.anonymous().get_text(&format!("/openapi/{name}.json")).await;
        assert_eq!(kind, "application/json", "{name}");
        let document: Value = serde_json::from_str(&document).expect("a document is JSON");
        assert_eq!(
            document["components"]["securitySchemes"]["key"]["name"], "X-Api-Key",
            "{name} takes the key by another name than the others"
        );
    }
}

async fn a_page_loads_nothing_else(w: &mut World) {
    for (path, count) in [("/docs", 4), ("/console/users", 6)] {
        loads_nothing_else(w, path, count).await;
    }
}

async fn loads_nothing_else(w: &World, path: &str, count: usize) {
    let (headers, html) = page(w, path).await;
    let policy = headers["content-security-policy"].to_str().expect("a policy is text");
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
    assert!(!html.contains("//") && !html.contains("<style") && !html.contains(" style="), "{html}");
    assert_eq!(
        (&headers["x-content-type-options"], &headers["referrer-policy"]),
        (&"nosniff".parse().unwrap(), &"no-referrer".parse().unwrap())
    );
    let files: Vec<_> = [named(&html, "src"), named(&html, "href")].concat().into_iter().filter(|path| path.contains("/assets/")).collect();
    assert_eq!(files.len(), count, "{files:?}");
    for file in files {
        let (status, headers, bytes) = w.anonymous().file(Method::GET, &file).await;
        assert!(status == 200 && !bytes.is_empty(), "{file}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{file}");
    }
}

async fn a_file_is_kept_until_it_changes(w: &mut World) {
    for path in ["/docs/assets/page.js", "/docs/assets/swagger-ui-bundle.js", "/console/assets/users.js", "/openapi/callcenter.json"] {
        let (_, headers, _) = w.anonymous().file(Method::GET, path).await;
        let tag = headers["etag"].to_str().expect("a tag is text");
        let known = w.anonymous().with_header("if-none-match", tag).file(Method::GET, path).await;
        assert_eq!((known.0, known.2.len()), (304, 0), "{path}");
        let other = w.anonymous().with_header("if-none-match", "\"other\"").file(Method::GET, path).await;
        assert_eq!(other.0, 200, "{path}");
    }
}

async fn what_is_not_there(w: &mut World) {
    // Swagger UI's own page would ask for a document of somebody else.
    let of_swagger = ["/docs/assets/index.html", "/docs/assets/swagger-initializer.js"];
    for path in ["/docs/nothing", "/docs/assets/nothing.js", "/console/nothing", "/console/assets/nothing.js"].iter().chain(&of_swagger) {
        assert_eq!(w.anonymous().file(Method::GET, path).await.0, 404, "{path}");
    }
}
