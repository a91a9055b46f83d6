//! Rows as CSV (RFC 4180), for spreadsheets.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::Stream;
use serde_json::Value;

use super::list::{Frame, written};
use crate::service::Error;

/// The rows, after a line of names, as a file to save. `show` gives an object; a column is a field of it, empty where it has none.
pub(super) fn answer<T, F>(
    file: &'static str,
    columns: &'static [&'static str],
    rows: impl Stream<Item = Result<T, Error>> + Send + 'static,
    show: F,
) -> Response
where
    T: Send + 'static,
    F: Fn(&T) -> Value + Send + 'static,
{
    let frame = Frame { head: line(columns.iter().map(|name| (*name).to_owned())), between: "", tail: String::new() };
    let body = written(frame, rows, move |row| {
        let shown = show(row);
        line(columns.iter().map(|name| cell(&shown[*name])))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{file}\"")),
    ];
    (headers, body).into_response()
}

fn line(cells: impl Iterator<Item = String>) -> String {
    cells.collect::<Vec<_>>().join(",") + "\r\n"
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => quoted(&defused(text)),
        other => quoted(&other.to_string()),
    }
}

/// A spreadsheet takes what begins with one of these for a formula, and whoever calls chooses the name that is shown.
fn defused(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn names_then_rows() {
        let rows = stream::iter([1, 2].map(Ok));
        let response = answer("x.csv", &["id", "name", "none"], rows, |row| json!({"id": row, "name": "a,\"b\"\n"}));
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        assert_eq!(body, "id,name,none\r\n1,\"a,\"\"b\"\"\n\",\r\n2,\"a,\"\"b\"\"\n\",\r\n");
    }

    #[test]
    fn no_cell_is_a_formula() {
        for (text, written) in [
            ("=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\""),
            ("+972501234567", "'+972501234567"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("972501234567", "972501234567"),
        ] {
            assert_eq!(cell(&json!(text)), written);
        }
        assert_eq!([cell(&json!(-1)), cell(&json!(true)), cell(&json!(null))], ["-1", "true", ""]);
    }
}
