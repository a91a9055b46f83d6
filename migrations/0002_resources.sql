-- What users, queues and calls refer to by id and that is no more than a name and settings: sites, groups of users, labels, time groups, media,
-- dial rules and mailboxes.
CREATE TABLE resource (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES account (id),
    kind       TEXT    NOT NULL CHECK (kind IN ('site', 'group', 'label', 'time_group', 'media', 'dial_rule', 'voicemail')),
    name       TEXT    NOT NULL,
    settings   TEXT    NOT NULL,                -- JSON, the kind's type in domain
    UNIQUE (account_id, kind, name)
) STRICT;

-- An extension may lead to a mailbox too. SQLite cannot change a CHECK in place.
CREATE TABLE extension_new (
    id         INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id),
    name       TEXT    NOT NULL,
    number     TEXT    NOT NULL,
    kind       TEXT    NOT NULL CHECK (kind IN ('internal', 'did')),
    target     TEXT    NOT NULL CHECK (target IN ('device', 'user', 'queue', 'voicemail')),
    target_id  INTEGER NOT NULL
) STRICT;
INSERT INTO extension_new SELECT id, account_id, name, number, kind, target, target_id FROM extension;
DROP TABLE extension;
ALTER TABLE extension_new RENAME TO extension;
CREATE UNIQUE INDEX extension_internal ON extension (account_id, number) WHERE kind = 'internal';
CREATE UNIQUE INDEX extension_did ON extension (number) WHERE kind = 'did';
CREATE INDEX extension_by_target ON extension (target, target_id);
