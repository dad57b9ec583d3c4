-- name: insert
INSERT INTO files (
    owner, external_id, key_id, name, purpose, kind, size, object_id, batch_id, created_at, expires_at
) VALUES (
    :owner, :external_id, :key, :name, :purpose, :kind, :size, :object, :batch, :now, :expires_at
) ON CONFLICT (external_id) DO NOTHING;

-- name: by_external_id
SELECT * FROM files WHERE owner = :owner AND external_id = :external_id;

-- name: newest
-- A page of an owner's files, the newest first; '' is every purpose.
SELECT * FROM files
WHERE owner = :owner AND deleted_at IS NULL AND (expires_at IS NULL OR expires_at > :now)
    AND (purpose = :purpose OR :purpose = '') AND id < :from
ORDER BY id DESC LIMIT :count;

-- name: oldest
-- The same, the oldest first.
SELECT * FROM files
WHERE owner = :owner AND deleted_at IS NULL AND (expires_at IS NULL OR expires_at > :now)
    AND (purpose = :purpose OR :purpose = '') AND id > :from
ORDER BY id LIMIT :count;

-- name: delete
-- Nobody gets it any more.
UPDATE files SET deleted_at = :now
WHERE owner = :owner AND external_id = :external_id AND deleted_at IS NULL AND (expires_at IS NULL OR expires_at > :now)
RETURNING *;

-- name: count
-- Somebody has counted the bytes of a file that is made from answers.
UPDATE files SET size = :size WHERE id = :file AND object_id IS NULL;

-- name: limit
-- Until when the files of a batch are kept, and since when they are whole.
UPDATE files SET created_at = :now, expires_at = :expires_at WHERE external_id = :external_id;

-- name: to_drop
-- Uploaded files that are gone and whose bytes no batch reads any more.
SELECT f.id, o.name FROM files f JOIN objects o ON o.id = f.object_id
WHERE f.object_id IS NOT NULL AND (f.deleted_at IS NOT NULL OR f.expires_at <= :now) AND NOT EXISTS (
    SELECT 1 FROM served_batches s WHERE s.state = 'validating' AND s.owner = f.owner AND s.input_file = f.external_id
) ORDER BY f.id LIMIT :count;

-- name: dropped
-- Its bytes are gone.
UPDATE files SET object_id = NULL WHERE id = :file;

-- name: torn
-- Uploads that began before an instant and never became a file.
SELECT o.name FROM objects o
WHERE o.kind = 'upload' AND o.created_at <= :before AND NOT EXISTS (SELECT 1 FROM files f WHERE f.object_id = o.id)
ORDER BY o.id LIMIT :count;
