-- When the file of a leg's `recording` was deleted; null: it is there. What could not be deleted is tried again later.
ALTER TABLE leg ADD COLUMN recording_deleted_at INTEGER;
ALTER TABLE leg ADD COLUMN recording_retry_at INTEGER;
CREATE INDEX leg_recording ON leg (started_at) WHERE recording IS NOT NULL AND recording_deleted_at IS NULL;
