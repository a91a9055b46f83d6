-- Which legs were called outside, through a gateway: the minutes of a day are counted on them. The index has all that is asked of each.
ALTER TABLE leg ADD COLUMN outside INTEGER NOT NULL DEFAULT 0;
CREATE INDEX leg_outside ON leg (account_id, started_at, answered_at, ended_at) WHERE outside = 1;

-- The permission to say what may be called; with `settings` alone it is not said any more.
UPDATE pgroup SET permissions = json_set(permissions, '$.toll', json('true')) WHERE name = 'Administrator';
