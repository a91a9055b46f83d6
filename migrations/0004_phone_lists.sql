-- Lists of phone numbers, and their leads.
CREATE TABLE phone_list (
    id         INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice: a deleted list's leads go a few at a time
    account_id INTEGER REFERENCES account (id),   -- none once it is deleted, for as long as it still has leads
    name       TEXT    NOT NULL,
    list_rows  INTEGER NOT NULL DEFAULT 0         -- its leads, counted in the transaction that adds or removes them
) STRICT;
CREATE INDEX phone_list_by_account ON phone_list (account_id);

CREATE TABLE lead (
    list_id      INTEGER NOT NULL REFERENCES phone_list (id),
    phone        TEXT    NOT NULL,                -- digits, see domain::phone
    name         TEXT,
    lead_id      TEXT,                            -- the customer's own
    rank         INTEGER NOT NULL,                -- the priority negated: one index then gives larger priorities first, phones from the smallest
    tags         TEXT,
    ext_api_vars TEXT,                            -- JSON object
    UNIQUE (list_id, phone)
) STRICT;
CREATE INDEX lead_in_order ON lead (list_id, rank, phone);
CREATE INDEX lead_by_lead_id ON lead (list_id, lead_id) WHERE lead_id IS NOT NULL;

-- Long imports: how far they came, committed with the rows.
CREATE TABLE lead_import (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    list_id     INTEGER NOT NULL REFERENCES phone_list (id) ON DELETE CASCADE,
    state       TEXT    NOT NULL CHECK (state IN ('running', 'done', 'failed')),
    added       INTEGER NOT NULL DEFAULT 0,
    updated     INTEGER NOT NULL DEFAULT 0,
    refused     INTEGER NOT NULL DEFAULT 0,
    error       TEXT,
    started_at  INTEGER NOT NULL,
    finished_at INTEGER
) STRICT;
CREATE INDEX lead_import_by_list ON lead_import (list_id, id);
