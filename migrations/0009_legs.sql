-- One row a leg that customers were told of, written in the commit of its events: the history, the ground of the statistics, and how a leg
-- that was told of is known again after a restart. Times are in milliseconds since the epoch, by the switch's clock.
CREATE TABLE leg (
    uuid         TEXT    PRIMARY KEY,
    account_id   INTEGER NOT NULL REFERENCES account (id),
    switch_id    INTEGER NOT NULL,
    call_id      TEXT    NOT NULL,                -- the call's first leg; its own UUID when it is that itself
    side         TEXT    CHECK (side IN ('member', 'agent')), -- null: not of a queue
    type         TEXT,                            -- as in the document's table
    direction    TEXT    CHECK (direction IN ('inbound', 'outbound')), -- who began it: the phone or trunk, or the switch
    user_id      INTEGER,                         -- who was at its end; not references: history outlives what it tells of
    device_id    INTEGER,
    queue_id     INTEGER,
    lead_id      TEXT,
    started_at   INTEGER NOT NULL,
    rang_at      INTEGER,
    answered_at  INTEGER,                         -- as in call:answer: a queue's caller by an agent
    ended_at     INTEGER,
    hangup_cause TEXT,
    told         INTEGER NOT NULL,                -- 1 call:start, 2 call:ring, 4 call:answer, 8 call:end
    reconciled   INTEGER NOT NULL DEFAULT 0,      -- something of it was worked out after a gap
    recording    TEXT,                            -- the file, under the folder of recordings
    data         TEXT    NOT NULL,                -- JSON: the fields of its last event
    state        TEXT                             -- JSON: the state machine, until it ended
) STRICT;
CREATE INDEX leg_open ON leg (switch_id) WHERE ended_at IS NULL;
CREATE INDEX leg_started ON leg (account_id, started_at);
CREATE INDEX leg_call ON leg (account_id, call_id);
CREATE INDEX leg_user ON leg (account_id, user_id, started_at);

-- A caller's stays in queues: one a queue that it joined.
CREATE TABLE queue_stay (
    leg_uuid   TEXT    NOT NULL REFERENCES leg (uuid) ON DELETE CASCADE,
    place      INTEGER NOT NULL,                  -- 0 for the first
    account_id INTEGER NOT NULL REFERENCES account (id),
    queue_id   INTEGER NOT NULL,
    joined_at  INTEGER NOT NULL,
    served_at  INTEGER,                           -- bridged to an agent
    left_at    INTEGER,                           -- null: still there; after the agent's call, when that ended
    outcome    TEXT    CHECK (outcome IN ('served', 'timeout', 'no_agent_timeout', 'abandoned', 'otherwise')),
    agent_id   INTEGER,                           -- the user who served
    PRIMARY KEY (leg_uuid, place)
) STRICT;
CREATE INDEX queue_stay_joined ON queue_stay (account_id, queue_id, joined_at);

-- What an agent was, from when to when: the ground of the statistics. Written in the commit of the change.
CREATE TABLE agent_span (
    id         INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id),
    user_id    INTEGER NOT NULL,
    kind       TEXT    NOT NULL CHECK (kind IN ('checked_in', 'paused', 'wrap_up')),
    pause_id   INTEGER,                           -- of a pause
    begun_at   INTEGER NOT NULL,
    ended_at   INTEGER                            -- null: still is
) STRICT;
CREATE UNIQUE INDEX agent_span_open ON agent_span (account_id, user_id, kind) WHERE ended_at IS NULL;
CREATE INDEX agent_span_begun ON agent_span (account_id, user_id, begun_at);
