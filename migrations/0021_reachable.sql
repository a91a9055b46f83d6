-- Since when the phone of an agent that is checked in is not registered: it is offered nothing until it is.
ALTER TABLE agent ADD COLUMN unreachable_since INTEGER;

-- That is a span as well, and a wrap-up knows whether its end was told. The table is made anew: a column's CHECK cannot be changed.
CREATE TABLE agent_span_new (
    id         INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id),
    user_id    INTEGER NOT NULL,
    kind       TEXT    NOT NULL CHECK (kind IN ('checked_in', 'paused', 'wrap_up', 'unreachable')),
    pause_id   INTEGER,                           -- of a pause
    begun_at   INTEGER NOT NULL,
    ended_at   INTEGER,                           -- null: still is
    end_told   INTEGER NOT NULL DEFAULT 1         -- of a wrap-up, whose end is known in advance: 0 until it was told
) STRICT;
INSERT INTO agent_span_new (id, account_id, user_id, kind, pause_id, begun_at, ended_at)
SELECT id, account_id, user_id, kind, pause_id, begun_at, ended_at FROM agent_span;
DROP TABLE agent_span;
ALTER TABLE agent_span_new RENAME TO agent_span;
CREATE UNIQUE INDEX agent_span_open ON agent_span (account_id, user_id, kind) WHERE ended_at IS NULL;
CREATE INDEX agent_span_begun ON agent_span (account_id, user_id, begun_at);
CREATE INDEX agent_span_ended ON agent_span (account_id, ended_at);
CREATE INDEX agent_span_to_end ON agent_span (account_id, ended_at) WHERE end_told = 0;
