-- Queues that an agent joins when the hours of its membership begin.
ALTER TABLE agent ADD COLUMN awaited TEXT NOT NULL DEFAULT '[]'; -- JSON array of queue ids

-- Queues that were deleted and may still have callers on the switch. Its row of `queue` is gone; this one goes when the last caller has.
CREATE TABLE queue_drain (
    queue_id   INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id),
    exit       TEXT,                             -- the extension's number that waiting callers are sent to; none ends their calls
    asked_at   INTEGER NOT NULL
) STRICT;
