-- Everything ccgate knows. Times are milliseconds since the epoch, UTC. Rows of an account carry its id; rows of a switch carry the switch's.

CREATE TABLE account (
    id           INTEGER PRIMARY KEY,
    name         TEXT    NOT NULL,
    domain       TEXT    NOT NULL UNIQUE COLLATE NOCASE,
    event_secret TEXT    NOT NULL,              -- whsec_..., signs the event push
    settings     TEXT    NOT NULL               -- JSON, domain::account::Settings
) STRICT;

CREATE TABLE pgroup (
    id          INTEGER PRIMARY KEY,
    account_id  INTEGER NOT NULL REFERENCES account (id),
    name        TEXT    NOT NULL,
    permissions TEXT    NOT NULL,               -- JSON {permission: bool}
    UNIQUE (account_id, name)
) STRICT;

CREATE TABLE user (
    id            INTEGER PRIMARY KEY,
    account_id    INTEGER NOT NULL REFERENCES account (id),
    name          TEXT    NOT NULL,
    username      TEXT    NOT NULL UNIQUE COLLATE NOCASE,
    email         TEXT    NOT NULL COLLATE NOCASE,
    password_hash TEXT    NOT NULL,             -- argon2id, PHC form
    active        INTEGER NOT NULL,
    is_agent      INTEGER NOT NULL,
    pgroup_id     INTEGER REFERENCES pgroup (id),
    permissions   TEXT    NOT NULL,             -- JSON {permission: bool}
    created_at    INTEGER NOT NULL,
    last_login_at INTEGER,
    settings      TEXT    NOT NULL,             -- JSON, domain::user::Settings
    UNIQUE (account_id, email)
) STRICT;

CREATE TABLE api_key (
    id           INTEGER PRIMARY KEY,
    account_id   INTEGER NOT NULL REFERENCES account (id),
    user_id      INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    name         TEXT    NOT NULL,
    prefix       TEXT    NOT NULL,              -- the first characters, to tell keys apart in a list
    hash         BLOB    NOT NULL UNIQUE,       -- SHA-256 of the key, which is 256 random bits
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER
) STRICT;
CREATE INDEX api_key_by_user ON api_key (user_id);

CREATE TABLE device (
    id         INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id),
    user_id    INTEGER REFERENCES user (id) ON DELETE SET NULL,
    name       TEXT    NOT NULL,
    type       TEXT    NOT NULL CHECK (type IN ('sip', 'external')),
    username   TEXT    COLLATE NOCASE,          -- sip
    a1_hash    TEXT,                            -- sip: md5(username:domain:password)
    number     TEXT,                            -- external
    gateway    TEXT,                            -- external
    confirm    INTEGER NOT NULL DEFAULT 1,      -- external: press 1
    ring       TEXT    NOT NULL,                -- JSON, domain::device::Ring
    UNIQUE (account_id, username),
    CHECK ((type = 'sip') = (username IS NOT NULL AND a1_hash IS NOT NULL)),
    CHECK ((type = 'external') = (number IS NOT NULL))
) STRICT;
CREATE INDEX device_by_user ON device (user_id);

CREATE TABLE queue (
    id         INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice: a name on the switch may outlive its row
    account_id INTEGER NOT NULL REFERENCES account (id),
    name       TEXT    NOT NULL,
    settings   TEXT    NOT NULL,                -- JSON, domain::queue::Settings
    UNIQUE (account_id, name)
) STRICT;

CREATE TABLE membership (
    user_id      INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    queue_id     INTEGER NOT NULL REFERENCES queue (id) ON DELETE CASCADE,
    mode         INTEGER NOT NULL CHECK (mode BETWEEN 0 AND 4),
    position     INTEGER NOT NULL CHECK (position >= 1),
    level        INTEGER NOT NULL CHECK (level >= 1),
    timegroup_id INTEGER,
    PRIMARY KEY (user_id, queue_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX membership_by_queue ON membership (queue_id);

CREATE TABLE extension (
    id         INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id),
    name       TEXT    NOT NULL,
    number     TEXT    NOT NULL,
    kind       TEXT    NOT NULL CHECK (kind IN ('internal', 'did')),
    target     TEXT    NOT NULL CHECK (target IN ('device', 'user', 'queue')),
    target_id  INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX extension_internal ON extension (account_id, number) WHERE kind = 'internal';
CREATE UNIQUE INDEX extension_did ON extension (number) WHERE kind = 'did';
CREATE INDEX extension_by_target ON extension (target, target_id);

CREATE TABLE pause (
    id          INTEGER PRIMARY KEY,
    account_id  INTEGER NOT NULL REFERENCES account (id),
    name        TEXT    NOT NULL,
    color       TEXT,
    max_seconds INTEGER NOT NULL DEFAULT 0,
    paid        INTEGER NOT NULL DEFAULT 0,
    is_default  INTEGER NOT NULL DEFAULT 0,
    system      INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account_id, name)
) STRICT;

-- What should be true of an agent now. A user without a row was never checked in.
CREATE TABLE agent (
    user_id       INTEGER PRIMARY KEY REFERENCES user (id) ON DELETE CASCADE,
    account_id    INTEGER NOT NULL REFERENCES account (id),
    device_id     INTEGER UNIQUE REFERENCES device (id), -- one agent a device
    checked_in_at INTEGER,
    pause_id      INTEGER REFERENCES pause (id),
    paused_at     INTEGER,
    joined        TEXT    NOT NULL DEFAULT '[]', -- JSON array of queue ids
    move_to       INTEGER REFERENCES device (id) ON DELETE SET NULL, -- when the call in the way has ended
    wrap_up_until INTEGER,
    snoozes       INTEGER NOT NULL DEFAULT 0,
    version       INTEGER NOT NULL
) STRICT;

-- Codes that an agent dials to finish a check-in: one use, redeemed once a channel.
CREATE TABLE checkin_code (
    code       TEXT    NOT NULL,
    account_id INTEGER NOT NULL REFERENCES account (id),
    user_id    INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    force      INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    channel    TEXT,                             -- the channel that redeemed it
    outcome    TEXT,                             -- what that channel was told
    PRIMARY KEY (account_id, code)
) STRICT, WITHOUT ROWID;

-- Click-to-call: written before the switch is asked, so that it is never asked twice.
CREATE TABLE originate (
    uuid         TEXT    PRIMARY KEY,            -- origination_uuid of the agent's leg
    account_id   INTEGER NOT NULL REFERENCES account (id),
    switch_id    INTEGER NOT NULL,
    user_id      INTEGER,
    device_id    INTEGER NOT NULL,
    destination  TEXT    NOT NULL,
    asked_at     INTEGER NOT NULL,
    finished_at  INTEGER,
    hangup_cause TEXT                            -- none when it was answered
) STRICT, WITHOUT ROWID;

-- What happened, in the order in which it was committed.
CREATE TABLE event (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT    NOT NULL UNIQUE,          -- stable over retries
    account_id INTEGER NOT NULL REFERENCES account (id),
    name       TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    order_key  TEXT    NOT NULL,
    reconciled INTEGER NOT NULL DEFAULT 0,       -- worked out after a gap, not heard
    data       TEXT    NOT NULL                  -- JSON
) STRICT;

-- Events that are to be delivered, or were, or could not be. Of the events of one order_key only the first is pending, the others wait.
CREATE TABLE delivery (
    event_seq  INTEGER PRIMARY KEY REFERENCES event (seq) ON DELETE CASCADE,
    account_id INTEGER NOT NULL REFERENCES account (id),
    order_key  TEXT    NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('waiting', 'pending', 'done', 'dead')),
    attempts   INTEGER NOT NULL DEFAULT 0,
    next_at    INTEGER NOT NULL,                 -- pending: the next attempt
    last_error TEXT
) STRICT;
CREATE UNIQUE INDEX delivery_head ON delivery (account_id, order_key) WHERE state = 'pending';
CREATE INDEX delivery_due ON delivery (account_id, next_at) WHERE state = 'pending';
CREATE INDEX delivery_waiting ON delivery (account_id, order_key, event_seq) WHERE state = 'waiting';

-- Accounts whose address answered 410 Gone: nothing is sent until the address is set again.
CREATE TABLE push_disabled (
    account_id INTEGER PRIMARY KEY REFERENCES account (id),
    at         INTEGER NOT NULL,
    reason     TEXT    NOT NULL
) STRICT;
