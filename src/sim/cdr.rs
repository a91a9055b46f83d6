//! mod_json_cdr's thread: posts records one after the other, and keeps in a folder what nobody took.

use std::path::PathBuf;

use tokio::sync::mpsc;

/// Records that wait to be posted, its `queue-capacity`; with more they go to the folder.
pub(super) const RECORDS_MAX: usize = 1_000;

/// Where records go.
#[derive(Clone)]
pub(super) struct Poster {
    pub(super) http: reqwest::Client,
    pub(super) url: Option<String>,
    /// Basic authentication at that URL: user, password.
    pub(super) auth: Option<(String, String)>,
    pub(super) folder: Option<PathBuf>,
}

/// A leg's record.
pub(super) struct Record {
    pub(super) uuid: String,
    pub(super) json: String,
}

impl Poster {
    /// Posts what comes until nobody sends any more.
    pub(super) async fn run(self, mut records: mpsc::Receiver<Record>) {
        while let Some(record) = records.recv().await {
            if !self.post(&record).await {
                self.keep(&record);
            }
        }
    }

    /// Writes the record to the folder, if there is one.
    pub(super) fn keep(&self, record: &Record) {
        if let Some(folder) = &self.folder {
            let file = folder.join(format!("{}.cdr.json", record.uuid));
            let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&file, format!("{}\n", record.json)));
            if let Err(error) = written {
                tracing::warn!(%error, file = %file.display(), "the simulated switch cannot keep a record");
            }
        }
    }

    async fn post(&self, record: &Record) -> bool {
        let Some(url) = &self.url else { return true };
        let request = self.http.post(format!("{url}?uuid={}", record.uuid)).header("content-type", "application/json");
        let request = match &self.auth {
            Some((user, password)) => request.basic_auth(user, Some(password)),
            None => request,
        };
        request.body(record.json.clone()).send().await.is_ok_and(|answer| answer.status().is_success())
    }
}
