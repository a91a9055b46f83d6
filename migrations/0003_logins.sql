-- Logging in.

-- argon2id over the password's MD5 in hex, for programs that send no more than that. None until the password is next set: it cannot be made
-- from the other hash.
ALTER TABLE user ADD COLUMN password_md5_hash TEXT;
CREATE INDEX user_by_email ON user (email);

CREATE TABLE session (
    id         INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id),
    user_id    INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    hash       BLOB    NOT NULL UNIQUE,         -- SHA-256 of the session's id, which is 256 random bits
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX session_by_user ON session (user_id);
CREATE INDEX session_by_expiry ON session (expires_at);

-- Who failed to log in. Of the whole box: an address is nobody's, and a name that is nobody's is counted like one that is somebody's.
CREATE TABLE login_failure (
    subject  TEXT    PRIMARY KEY,               -- user:<id>, name:<SHA-256 of an unknown one>, login:<network>, key:<network>
    failures INTEGER NOT NULL,
    last_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX login_failure_by_age ON login_failure (last_at);
