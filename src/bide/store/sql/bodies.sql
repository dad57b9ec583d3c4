-- name: insert
-- A name that is there already was written by a step that died before any row pointed into it.
INSERT INTO objects (owner, name, kind, size, created_at) VALUES (:owner, :name, :kind, :size, :now)
ON CONFLICT (name) DO UPDATE SET size = excluded.size RETURNING id;

-- name: resize
-- The object is complete and on the disk.
UPDATE objects SET size = :size WHERE id = :object;

-- name: name
SELECT name, size FROM objects WHERE id = :object;

-- name: drop
-- Part of forgetting a job that was never accepted.
DELETE FROM objects WHERE name = :name;

-- name: setting
SELECT value FROM settings WHERE name = :name;

-- name: set
-- The first to say it is right.
INSERT INTO settings (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING value;

-- name: keep_content
-- The bytes of an object that has no file.
INSERT INTO contents (object_id, content) VALUES (:object, :content);

-- name: content
-- A range of them, `start` counted from 1.
SELECT substr(content, :start, :length) AS content FROM contents WHERE object_id = :object;
