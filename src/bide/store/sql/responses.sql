-- name: keep
-- A response lives at an account.
INSERT INTO responses (owner, external_id, account, created_at) VALUES (:owner, :external_id, :account, :now)
ON CONFLICT (owner, external_id) DO NOTHING;

-- name: find
SELECT * FROM responses WHERE owner = :owner AND external_id = :external_id;

-- name: delete
-- Nobody is to be told of it again.
INSERT INTO responses (owner, external_id, created_at, deleted_at) VALUES (:owner, :external_id, :now, :now)
ON CONFLICT (owner, external_id) DO UPDATE SET deleted_at = excluded.deleted_at;

-- name: asked
-- What a call asked, and whether somebody works on it.
SELECT r.object_id, r.start, r.length, r.checksum, r.live_batches + r.live_calls AS live
FROM calls c JOIN requests r ON r.job_id = c.job_id AND r.custom_id = c.external_id
WHERE c.owner = :owner AND c.external_id = :external_id;
