-- Each attempt to deliver an event, the latest of a delivery; goes with it.
CREATE TABLE delivery_attempt (
    event_seq   INTEGER NOT NULL REFERENCES delivery (event_seq) ON DELETE CASCADE,
    place       INTEGER NOT NULL,               -- 1 for the first that was ever made
    at          INTEGER NOT NULL,               -- when it began
    duration_ms INTEGER NOT NULL,
    status      INTEGER,                        -- of the answer; null when none came
    error       TEXT,                           -- null: delivered
    PRIMARY KEY (event_seq, place)
) STRICT, WITHOUT ROWID;

-- Accounts whose address failed at the last attempt, and how often in a row.
CREATE TABLE push_breaker (
    account_id INTEGER PRIMARY KEY REFERENCES account (id),
    failures   INTEGER NOT NULL,                -- in a row
    opened_at  INTEGER,                         -- since when one attempt at a time is made; null: as many as ever
    probe_at   INTEGER NOT NULL                 -- open: no attempt before
) STRICT;

-- Secrets that were replaced and still sign beside the new one.
CREATE TABLE retired_event_secret (
    account_id INTEGER NOT NULL REFERENCES account (id),
    secret     TEXT    NOT NULL,
    until      INTEGER NOT NULL,
    PRIMARY KEY (account_id, secret)
) STRICT, WITHOUT ROWID;

-- What is not delivered yet, from the oldest on: what is sent next, and what goes when there is too much.
CREATE INDEX delivery_open ON delivery (account_id, event_seq, state, next_at) WHERE state IN ('waiting', 'pending');
CREATE INDEX delivery_dead ON delivery (account_id, event_seq) WHERE state = 'dead';
CREATE INDEX event_by_time ON event (account_id, at);
