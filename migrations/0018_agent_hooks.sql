-- Addresses that are told when one agent begins, or ends, to serve queues.
CREATE TABLE hook (
    id         INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice: events outlive it
    account_id INTEGER NOT NULL REFERENCES account (id),
    user_id    INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    tells      TEXT    NOT NULL CHECK (tells IN ('agent:available', 'agent:logged_out')),
    method     TEXT    NOT NULL CHECK (method IN ('GET', 'POST')),
    url        TEXT    NOT NULL
) STRICT;
CREATE INDEX hook_by_user ON hook (user_id);

-- Where an event goes: to a hook, or (0) to the account's own address.
ALTER TABLE event ADD COLUMN hook_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN hook_id INTEGER NOT NULL DEFAULT 0;
DROP INDEX delivery_due;
CREATE INDEX delivery_due ON delivery (account_id, hook_id, next_at) WHERE state = 'pending';
CREATE INDEX delivery_due_hook ON delivery (next_at, hook_id) WHERE state = 'pending' AND hook_id > 0;
DROP INDEX delivery_dead;
CREATE INDEX delivery_dead ON delivery (account_id, hook_id, event_seq) WHERE state = 'dead';
DROP INDEX delivery_open;
CREATE INDEX delivery_open ON delivery (account_id, hook_id, event_seq, state, next_at) WHERE state IN ('waiting', 'pending');

CREATE TABLE breaker_of_address (
    account_id INTEGER NOT NULL REFERENCES account (id),
    hook_id    INTEGER NOT NULL DEFAULT 0,
    failures   INTEGER NOT NULL,                -- in a row
    opened_at  INTEGER,                         -- since when one attempt at a time is made; null: as many as ever
    probe_at   INTEGER NOT NULL,                -- open: no attempt before
    PRIMARY KEY (account_id, hook_id)
) STRICT, WITHOUT ROWID;
INSERT INTO breaker_of_address (account_id, failures, opened_at, probe_at) SELECT account_id, failures, opened_at, probe_at FROM push_breaker;
DROP TABLE push_breaker;
ALTER TABLE breaker_of_address RENAME TO push_breaker;

CREATE TABLE disabled_address (
    account_id INTEGER NOT NULL REFERENCES account (id),
    hook_id    INTEGER NOT NULL DEFAULT 0,
    at         INTEGER NOT NULL,
    reason     TEXT    NOT NULL,
    PRIMARY KEY (account_id, hook_id)
) STRICT, WITHOUT ROWID;
INSERT INTO disabled_address (account_id, at, reason) SELECT account_id, at, reason FROM push_disabled;
DROP TABLE push_disabled;
ALTER TABLE disabled_address RENAME TO push_disabled;

-- Also when its user is deleted.
CREATE TRIGGER hook_deleted AFTER DELETE ON hook BEGIN
    UPDATE delivery SET state = 'dead', last_error = 'the address was deleted'
    WHERE account_id = OLD.account_id AND hook_id = OLD.id AND state IN ('waiting', 'pending');
    DELETE FROM push_breaker WHERE account_id = OLD.account_id AND hook_id = OLD.id;
    DELETE FROM push_disabled WHERE account_id = OLD.account_id AND hook_id = OLD.id;
END;

-- A session that was begun with a key instead of a password ends with it, and may what the key may.
ALTER TABLE session ADD COLUMN key_id INTEGER REFERENCES api_key (id) ON DELETE CASCADE;
CREATE INDEX session_by_key ON session (key_id) WHERE key_id IS NOT NULL;

-- Whether the move that waits was asked for by a star code.
ALTER TABLE agent ADD COLUMN move_by_phone INTEGER NOT NULL DEFAULT 0;
