-- What the history is searched by. The numbers are those that the leg's last event told, as the switch had them.
ALTER TABLE leg ADD COLUMN cid_num TEXT GENERATED ALWAYS AS (data ->> 'cid_num') VIRTUAL;
ALTER TABLE leg ADD COLUMN dst_num TEXT GENERATED ALWAYS AS (data ->> 'dst_num') VIRTUAL;
CREATE INDEX leg_cid ON leg (account_id, cid_num, started_at) WHERE cid_num IS NOT NULL;
CREATE INDEX leg_dst ON leg (account_id, dst_num, started_at) WHERE dst_num IS NOT NULL;
CREATE INDEX leg_queue ON leg (account_id, queue_id, started_at) WHERE queue_id IS NOT NULL;
CREATE INDEX leg_device ON leg (account_id, device_id, started_at) WHERE device_id IS NOT NULL;
CREATE INDEX leg_lead ON leg (account_id, lead_id, started_at) WHERE lead_id IS NOT NULL;
-- What is forgotten of spans.
CREATE INDEX agent_span_ended ON agent_span (account_id, ended_at);

-- Agents that are checked in or paused while this is installed are so since they said so.
INSERT INTO agent_span (account_id, user_id, kind, begun_at)
SELECT account_id, user_id, 'checked_in', checked_in_at FROM agent WHERE checked_in_at IS NOT NULL;
INSERT INTO agent_span (account_id, user_id, kind, pause_id, begun_at)
SELECT account_id, user_id, 'paused', pause_id, paused_at FROM agent WHERE pause_id IS NOT NULL AND paused_at IS NOT NULL;
