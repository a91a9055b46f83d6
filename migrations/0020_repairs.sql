-- What was wrong on the switch, and what was done about it.
CREATE TABLE repair (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES account (id),
    at         INTEGER NOT NULL,
    kind       TEXT    NOT NULL,
    user_id    INTEGER, -- no reference: what was repaired outlives them
    queue_id   INTEGER,
    leg        TEXT,
    seen       TEXT    NOT NULL,
    done       TEXT                             -- null: an alarm
) STRICT;
CREATE INDEX repair_by_time ON repair (account_id, at);
