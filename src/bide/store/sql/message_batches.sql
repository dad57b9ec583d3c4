-- name: insert
INSERT INTO message_batches (external_id, owner, job_id, digest, idempotency_key, holder, created_at)
VALUES (:external_id, :owner, :job, :digest, :idempotency_key, :holder, :now);

-- name: find
-- A batch with its job.
SELECT m.external_id, m.id, m.job_id, m.created_at, m.delivered_at, j.state, j.deadline, j.requests, j.cancelled_at, j.answered_at
FROM message_batches m JOIN jobs j ON j.id = m.job_id
WHERE m.owner = :owner AND m.external_id = :external_id AND m.deleted_at IS NULL;

-- name: older
-- Batches below an id, the newest first.
SELECT m.external_id, m.id, m.job_id, m.created_at, m.delivered_at, j.state, j.deadline, j.requests, j.cancelled_at, j.answered_at
FROM message_batches m JOIN jobs j ON j.id = m.job_id
WHERE m.owner = :owner AND m.id < :before AND m.deleted_at IS NULL ORDER BY m.id DESC LIMIT :count;

-- name: newer
-- Batches above an id, the oldest first.
SELECT m.external_id, m.id, m.job_id, m.created_at, m.delivered_at, j.state, j.deadline, j.requests, j.cancelled_at, j.answered_at
FROM message_batches m JOIN jobs j ON j.id = m.job_id
WHERE m.owner = :owner AND m.id > :after AND m.deleted_at IS NULL ORDER BY m.id LIMIT :count;

-- name: place
-- Where a batch stands in the list, deleted or not.
SELECT id FROM message_batches WHERE owner = :owner AND external_id = :external_id;

-- name: phases
-- How many requests of a job are in which phase.
SELECT t.phase, sum(t.requests) AS requests FROM buckets b JOIN tallies t ON t.bucket_id = b.id
WHERE b.job_id = :job GROUP BY t.phase;

-- name: attach
-- A retry takes the oldest batch of the same content of which nobody was told, and is not about to be.
UPDATE message_batches SET holder = :holder WHERE id = (
    SELECT id FROM message_batches
    WHERE digest = :digest AND owner = :owner AND holder IS NULL AND delivered_at IS NULL AND deleted_at IS NULL
    ORDER BY id LIMIT 1 {lock message_batches}
) AND holder IS NULL RETURNING external_id;

-- name: by_idempotency_key
SELECT external_id, digest FROM message_batches WHERE owner = :owner AND idempotency_key = :idempotency_key;

-- name: delivered
-- Somebody was told its id.
UPDATE message_batches SET holder = NULL, delivered_at = coalesce(delivered_at, :now) WHERE external_id = :external_id;

-- name: let_go
-- Whoever was about to be told is gone.
UPDATE message_batches SET holder = NULL WHERE external_id = :external_id AND holder = :holder;

-- name: holders
SELECT DISTINCT holder FROM message_batches WHERE holder IS NOT NULL;

-- name: release_holder
UPDATE message_batches SET holder = NULL WHERE holder = :holder;

-- name: delete
-- Only one that has ended.
UPDATE message_batches SET deleted_at = :now
WHERE owner = :owner AND external_id = :external_id AND deleted_at IS NULL
    AND EXISTS (SELECT 1 FROM jobs j WHERE j.id = message_batches.job_id AND j.answered_at IS NOT NULL)
RETURNING id;
