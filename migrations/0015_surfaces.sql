-- What the other vendors' APIs know of an agent.

-- The words with which it was paused, where there were any.
ALTER TABLE agent ADD COLUMN pause_note TEXT;
-- The queues that it is paused in by itself, and the words: JSON object {queue id: text or null}. It is joined to none of them.
ALTER TABLE agent ADD COLUMN paused_in TEXT NOT NULL DEFAULT '{}';

-- The last sign of life of an agent's page in a browser.
CREATE TABLE web_ping (
    user_id    INTEGER PRIMARY KEY REFERENCES user (id) ON DELETE CASCADE,
    account_id INTEGER NOT NULL REFERENCES account (id),
    ping_time  INTEGER NOT NULL,                -- as the page says it
    mic_perm   INTEGER NOT NULL,                -- whether it may use the microphone
    heard_at   INTEGER NOT NULL                 -- when it came
) STRICT;
