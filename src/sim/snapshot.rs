//! What the static configuration of `freeswitch-conf/` comes to where nobody answers, or says "not found": the files of the snapshot, and nothing
//! else. FreeSWITCH parses phones and queues when it starts and at `reloadxml`; here every file is read when it is asked for.

use std::collections::HashMap;
use std::path::Path;

use tokio::fs;

/// Whether a document says "I do not know".
pub(super) fn is_not_found(text: &str) -> bool {
    text.contains("<result status=\"not found\"/>")
}

/// The document for a request, from the folder; none when there is no such file.
pub(super) async fn read(folder: &Path, form: &str) -> Option<String> {
    let fields: HashMap<String, String> = serde_urlencoded::from_str(form).ok()?;
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    match field("section") {
        "directory" => Some(around("directory", &included(folder, "directory.xml").await?)),
        "configuration" if field("key_value") == "callcenter.conf" => {
            let queues = included(folder, "queues.xml").await?;
            Some(around("configuration", &format!("<configuration name=\"callcenter.conf\"><queues>{queues}</queues></configuration>")))
        }
        "dialplan" if field("Hunt-Context") == "public" => fs::read_to_string(folder.join("public.xml")).await.ok(),
        "dialplan" => fs::read_to_string(folder.join(format!("account-{}.xml", field("variable_ccgate_account_id")))).await.ok(),
        _ => None,
    }
}

async fn included(folder: &Path, name: &str) -> Option<String> {
    let text = fs::read_to_string(folder.join(name)).await.ok()?;
    Some(text.lines().filter(|line| !line.contains("<include>") && !line.contains("</include>")).collect::<Vec<_>>().join("\n"))
}

fn around(section: &str, body: &str) -> String {
    format!("<document type=\"freeswitch/xml\"><section name=\"{section}\">{body}</section></document>")
}
