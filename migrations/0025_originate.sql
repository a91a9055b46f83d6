-- Intents that have not ended are looked for at each start, and those that are too old are deleted.
CREATE INDEX originate_unfinished ON originate (switch_id) WHERE finished_at IS NULL;
CREATE INDEX originate_asked ON originate (account_id, asked_at);
