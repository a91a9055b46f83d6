-- The highest id that a deleted user, device or pause had. History, and names on the switch, outlive their rows: an id is never given twice.
CREATE TABLE last_id (
    noun TEXT PRIMARY KEY,
    id   INTEGER NOT NULL
) STRICT;
CREATE TRIGGER user_deleted AFTER DELETE ON user BEGIN
    INSERT INTO last_id (noun, id) VALUES ('user', OLD.id) ON CONFLICT (noun) DO UPDATE SET id = max(id, excluded.id);
END;
CREATE TRIGGER device_deleted AFTER DELETE ON device BEGIN
    INSERT INTO last_id (noun, id) VALUES ('device', OLD.id) ON CONFLICT (noun) DO UPDATE SET id = max(id, excluded.id);
END;
CREATE TRIGGER pause_deleted AFTER DELETE ON pause BEGIN
    INSERT INTO last_id (noun, id) VALUES ('pause', OLD.id) ON CONFLICT (noun) DO UPDATE SET id = max(id, excluded.id);
END;
