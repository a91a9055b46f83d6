-- The numbers of a leg as columns of their own: as parts of its data they made each change of it write their indexes again.
DROP INDEX leg_cid;
DROP INDEX leg_dst;
ALTER TABLE leg DROP COLUMN cid_num;
ALTER TABLE leg DROP COLUMN dst_num;
ALTER TABLE leg ADD COLUMN cid_num TEXT;
ALTER TABLE leg ADD COLUMN dst_num TEXT;
UPDATE leg SET cid_num = data ->> 'cid_num', dst_num = data ->> 'dst_num';
CREATE INDEX leg_cid ON leg (account_id, cid_num, started_at) WHERE cid_num IS NOT NULL;
CREATE INDEX leg_dst ON leg (account_id, dst_num, started_at) WHERE dst_num IS NOT NULL;
