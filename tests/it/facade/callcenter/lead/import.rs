//! `POST /api/phone_list/{id}/lead` with many, and `GET /api/phone_list/{id}/import`

use std::fmt::Write as _;

use ccgate::service::leads::{REFUSALS_MAX, WINDOW_ROWS_MAX};
use serde_json::{Value, json};

use super::{list_rows, phone_list, phones};
use crate::facade::callcenter::{data, refusal};
use crate::facade::world_trials;
use crate::harness::{World, patience};

/// [`WINDOW_ROWS_MAX`] as the answers have it.
const WINDOW_ROWS: i64 = WINDOW_ROWS_MAX as i64;

world_trials![
    csv,
    csv_with_broken_rows,
    a_file_of_a_form,
    more_refusals_than_are_told,
    rows_are_written_while_more_come,
    a_broken_end_keeps_what_was_written,
    a_short_broken_array_changes_nothing,
    who_is_refused_is_heard_out,
    a_client_that_goes_away,
    a_restart_ends_what_ran
];

async fn csv(w: &mut World) {
    let list = phone_list(w).await;
    let text = "\u{feff}phone,name,lead_id,priority,tags,ext_api_vars,more\r\n\
                050-123-4567,\"Levi, \"\"Dana\"\"\",04,2,\"a,b\",\"{\"\"city\"\":\"\"Haifa\"\"}\",x\r\n\
                1234567,,,,,,";
    let answer = w.post_raw(&format!("{list}/lead"), "text/csv; charset=utf-8", text).await;
    let report = json!({"added": 2, "updated": 0, "refused": [], "refused_total": 0});
    assert_eq!(answer.body, json!({"success": true, "Success": true, "data": report}));
    let leads = data(w.get(&format!("{list}/lead")).await);
    let dana = json!({
        "id": "972501234567", "phone": "972501234567", "name": "Levi, \"Dana\"", "lead_id": "04", "priority": 2, "tags": "a,b",
        "ext_api_vars": {"city": "Haifa"},
    });
    let bare = json!({
        "id": "1234567", "phone": "1234567", "name": null, "lead_id": null, "priority": 0, "tags": null, "ext_api_vars": null,
    });
    assert_eq!(leads, json!([dana, bare]));
    // A column that is not there is not sent; a cell that is empty clears.
    let report = data(w.post_raw(&format!("{list}/lead"), "text/csv", "name,phone\n,0501234567\n").await);
    assert_eq!(report["updated"], 1);
    let lead = &data(w.get(&format!("{list}/lead")).await)[0];
    assert_eq!((&lead["name"], &lead["tags"]), (&json!(null), &json!("a,b")));
}

async fn csv_with_broken_rows(w: &mut World) {
    let list = phone_list(w).await;
    // Thousands of rows, some of them broken in each way there is, the first of them on two lines.
    let mut text = "phone,name,priority\n7,\"two\nlines\",1\n".to_owned();
    for number in 1_000..6_000 {
        let row = match number {
            1_500 => "x,bad phone,1".to_owned(),
            2_500 => "2500,too few".to_owned(),
            3_500 => "3500,bad priority,high".to_owned(),
            _ => format!("{number},Name {number},{}", number % 5),
        };
        writeln!(text, "{row}").unwrap();
    }
    let report = data(w.post_raw(&format!("{list}/lead"), "text/csv", &text).await);
    assert_eq!((&report["added"], &report["refused_total"]), (&json!(4_997), &json!(4)));
    let refused: Vec<_> = report["refused"].as_array().unwrap().iter().map(|row| (row["index"].as_i64(), row["line"].as_i64())).collect();
    assert_eq!(refused, [(Some(0), Some(2)), (Some(501), Some(504)), (Some(1_501), Some(1_504)), (Some(2_501), Some(2_504))]);
    assert_eq!(report["refused"][2]["msg"], "the row has 2 cells where the first line names 3 columns");
    assert!(report["refused"][3]["msg"].as_str().unwrap().starts_with("priority must be"));
    assert_eq!(list_rows(w, &list).await, 4_997);
    assert_eq!(phones(w, &list).await.len(), 4_997);
    // It was long enough to be shown.
    let imports = data(w.get(&format!("{list}/import")).await);
    let import = &imports[0];
    assert_eq!((&import["state"], &import["rows"], &import["added"]), (&json!("done"), &json!(5_001), &json!(4_997)));
    assert_eq!((&import["refused"], &import["error"]), (&json!(4), &json!(null)));
    assert!(import["finished"].as_i64().unwrap() >= import["started"].as_i64().unwrap());
    let msg = refusal(w.post_raw(&format!("{list}/lead"), "text/csv", "name\nDana\n").await, 400);
    assert_eq!(msg, "line 1 must name the columns, phone among them; nothing was changed");
}

async fn a_file_of_a_form(w: &mut World) {
    let list = phone_list(w).await;
    let form = |file: &str| {
        format!(
            "--XX\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--XX\r\n\
             Content-Disposition: form-data; name=\"leads\"; filename=\"leads\"\r\nContent-Type: text/plain\r\n\r\n{file}\r\n--XX--\r\n"
        )
    };
    let kind = "multipart/form-data; boundary=XX";
    assert_eq!(data(w.post_raw(&format!("{list}/lead"), kind, &form("phone\n1\n2\nx\n")).await)["added"], 2);
    assert_eq!(data(w.post_raw(&format!("{list}/lead"), kind, &form("[{\"phone\":\"3\"}]")).await)["added"], 1);
    assert_eq!(phones(w, &list).await, ["1", "2", "3"]);
    let none = "--XX\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--XX--\r\n";
    assert!(refusal(w.post_raw(&format!("{list}/lead"), kind, none).await, 400).contains("a form with a file"));
    refusal(w.post_raw(&format!("{list}/lead"), "multipart/form-data", &form("phone\n4\n")).await, 400);
}

async fn more_refusals_than_are_told(w: &mut World) {
    let list = phone_list(w).await;
    let rows = vec![json!({"phone": "x"}); REFUSALS_MAX + 500];
    let report = data(w.post(&format!("{list}/lead"), json!(rows)).await);
    assert_eq!((report["refused"].as_array().unwrap().len(), &report["refused_total"]), (REFUSALS_MAX, &json!(REFUSALS_MAX + 500)));
}

/// Elements of an array, each with a comma after it.
fn elements(numbers: std::ops::Range<usize>) -> String {
    numbers.fold(String::new(), |mut text, number| {
        writeln!(text, "{{\"phone\":\"{number}\"}},").unwrap();
        text
    })
}

/// Waits until the newest import of the list is such a one.
async fn import_is(w: &mut World, list: &str, is: impl Fn(&Value) -> bool) -> Value {
    let mut committed = w.running().store().committed();
    patience("an import to come so far", async {
        loop {
            let imports = data(w.get(&format!("{list}/import")).await);
            match imports.get(0) {
                Some(import) if is(import) => return import.clone(),
                _ => committed.changed().await.unwrap(),
            }
        }
    })
    .await
}

async fn rows_are_written_while_more_come(w: &mut World) {
    let list = phone_list(w).await;
    let mut post = w.begin_post(&format!("{list}/lead"), "application/json").await;
    post.send("[").await;
    for begin in (0..WINDOW_ROWS_MAX).step_by(10_000) {
        post.send(&elements(begin..begin + 10_000)).await;
    }
    // The body is open, and all that came is written: it is not in memory.
    let running = import_is(w, &list, |import| import["rows"] == WINDOW_ROWS_MAX).await;
    assert_eq!((&running["state"], &running["finished"]), (&json!("running"), &json!(null)));
    assert_eq!(list_rows(w, &list).await, WINDOW_ROWS);
    // Nobody waits for it.
    data(w.post(&format!("{list}/lead"), json!({"phone": "0501234567"})).await);
    post.send("{\"phone\":\"1\",\"name\":\"One\"},{\"phone\":\"0501234567\"}\n]").await;
    let report = data(post.end().await);
    assert_eq!(report, json!({"added": WINDOW_ROWS, "updated": 2, "refused": [], "refused_total": 0}));
    let done = import_is(w, &list, |import| import["state"] == "done").await;
    assert_eq!((&done["rows"], &done["added"], &done["updated"]), (&json!(WINDOW_ROWS + 2), &json!(WINDOW_ROWS), &json!(2)));
    assert_eq!(list_rows(w, &list).await, WINDOW_ROWS + 1);
}

async fn a_broken_end_keeps_what_was_written(w: &mut World) {
    let list = phone_list(w).await;
    let body = format!("[{}{{\"phone\":\"x\"}},\n{}{{\"phone\" 1}}]", elements(0..WINDOW_ROWS_MAX), elements(60_000..60_100));
    let answer = w.post_raw(&format!("{list}/lead"), "application/json", &body).await;
    let msg = "line 30102 must be JSON: expected `:`; of the rows before it the first 30000 that could be taken were kept";
    assert_eq!(refusal(answer.clone(), 400), msg);
    assert_eq!((&answer.body["data"]["added"], &answer.body["data"]["refused_total"]), (&json!(WINDOW_ROWS), &json!(1)));
    assert_eq!(answer.body["data"]["refused"][0]["line"], WINDOW_ROWS + 1);
    assert_eq!(list_rows(w, &list).await, WINDOW_ROWS);
    let failed = &data(w.get(&format!("{list}/import")).await)[0];
    assert_eq!((&failed["state"], &failed["rows"]), (&json!("failed"), &json!(WINDOW_ROWS + 1)));
    assert_eq!(failed["error"], "line 30102 must be JSON: expected `:`");
}

async fn a_short_broken_array_changes_nothing(w: &mut World) {
    let list = phone_list(w).await;
    let path = format!("{list}/lead");
    for (body, line) in [("[{\"phone\":\"1\"},\n{phone:2}]", 2), ("[{\"phone\":\"1\"},\n\n", 3), ("[{\"phone\":\"1\"}] x", 1), ("[", 1)] {
        let msg = refusal(w.post_raw(&path, "application/json", body).await, 400);
        assert!(msg.starts_with(&format!("line {line} ")) && msg.ends_with("; nothing was changed"), "{msg}");
    }
    assert!(refusal(w.post_raw(&path, "text/csv", "phone\n1\n\"2\n").await, 400).starts_with("line 3 "));
    assert_eq!((list_rows(w, &list).await, data(w.get(&format!("{list}/import")).await)), (0, json!([])));
}

async fn who_is_refused_is_heard_out(w: &mut World) {
    let path = format!("{}/lead", phone_list(w).await);
    let bad_query = format!("{path}?a=%ff");
    let stranger = w.with_key("ccg_wrong");
    // This client writes to the end, much more than a connection holds, and only then reads.
    let piece = "name\n".repeat(200_000);
    for (api, path, status) in
        [(&**w, path.as_str(), 400), (&**w, "/api/phone_list/999999/lead", 404), (&stranger, &path, 401), (&**w, &bad_query, 400)]
    {
        let mut post = api.begin_post(path, "text/csv").await;
        for _ in 0..20 {
            post.send(&piece).await;
        }
        refusal(post.end().await, status);
    }
}

async fn a_client_that_goes_away(w: &mut World) {
    let list = phone_list(w).await;
    let mut post = w.begin_post(&format!("{list}/lead"), "text/csv").await;
    post.send("phone\n").await;
    post.send(&(0..1_500).fold(String::new(), |text, number| text + &format!("{number}\n"))).await;
    import_is(w, &list, |import| import["state"] == "running").await;
    drop(post);
    let failed = import_is(w, &list, |import| import["state"] == "failed").await;
    assert!(failed["error"].as_str().unwrap().starts_with("line 1502 is where the body broke off"), "{failed}");
    assert_eq!((&failed["rows"], list_rows(w, &list).await), (&json!(0), 0));
}

async fn a_restart_ends_what_ran(w: &mut World) {
    use ccgate::domain::{AccountId, PhoneListId};
    use ccgate::store::lead_import::begin;

    let list = phone_list(w).await;
    let row = data(w.get(&list).await);
    let (account, id) = (AccountId(row["account_id"].as_i64().unwrap()), PhoneListId(row["id"].as_i64().unwrap()));
    let store = w.running().store();
    let now = store.clock().now();
    store.write(move |conn| Box::pin(async move { begin(conn, account, id, now).await })).await.unwrap();
    w.restart_ccgate().await;
    let failed = &data(w.get(&format!("{list}/import")).await)[0];
    assert_eq!(
        (&failed["state"], &failed["error"]),
        (&json!("failed"), &json!("ccgate was stopped; send the whole again, what is there already is updated"))
    );
}
