-- name: insert
-- A batch that is about to be validated.
INSERT INTO served_batches (
    owner, external_id, key_id, state, endpoint, completion_window, metadata, input_file, partial, output_life, deadline,
    said_by, priority, on_miss, workflow, webhook, kept_for, idempotency_key, digest, holder, created_at
) VALUES (
    :owner, :external_id, :key_id, 'validating', :endpoint, :completion_window, :metadata, :input_file, :partial,
    :output_life, :deadline, :said_by, :priority, :on_miss, :workflow, :webhook, :kept_for, :idempotency_key, :digest, :holder, :now
) RETURNING *;

-- name: by_idempotency_key
SELECT * FROM served_batches WHERE owner = :owner AND idempotency_key = :idempotency_key;

-- name: attach
-- A retry takes the oldest batch of the same content whose create was not answered.
UPDATE served_batches SET told_at = :now WHERE id = (
    SELECT id FROM served_batches WHERE digest = :digest AND owner = :owner AND told_at IS NULL ORDER BY id LIMIT 1
) AND told_at IS NULL RETURNING *;

-- name: told
-- Its create was answered.
UPDATE served_batches SET told_at = :now WHERE id = :batch AND told_at IS NULL;

-- name: by_external_id
SELECT * FROM served_batches WHERE owner = :owner AND external_id = :external_id;

-- name: by_id
SELECT * FROM served_batches WHERE id = :batch;

-- name: newest
-- A page of an owner's batches, the newest first.
SELECT * FROM served_batches WHERE owner = :owner AND id < :from ORDER BY id DESC LIMIT :count;

-- name: validating
-- What a gateway was reading.
SELECT * FROM served_batches WHERE state = 'validating' AND holder = :holder ORDER BY id;

-- name: holders
-- Every gateway that reads files of batches.
SELECT DISTINCT holder FROM served_batches WHERE state = 'validating' AND holder IS NOT NULL;

-- name: claim
-- Take over from a gateway that is gone.
UPDATE served_batches SET holder = :holder WHERE id = :batch AND holder = :from AND state = 'validating' RETURNING *;

-- name: fail
-- Its file cannot be used.
UPDATE served_batches SET state = 'failed', errors = :errors, ended_at = :now, holder = NULL
WHERE id = :batch AND state IN {before served.failed} RETURNING *;

-- name: run
-- Its job is accepted.
UPDATE served_batches SET state = 'running', job_id = :job, model = :model, output_file = :output_file,
    error_file = :error_file, in_progress_at = :now, holder = NULL
WHERE id = :batch AND state IN {before served.running} RETURNING *;

-- name: withdraw
-- It was cancelled before there was a job.
UPDATE served_batches SET state = 'ended', outcome = 'cancelled', ended_at = :now, holder = NULL
WHERE id = :batch AND state = 'validating' AND cancelling_at IS NOT NULL RETURNING *;

-- name: cancel
-- Its client wants no more of it.
UPDATE served_batches SET cancelling_at = :now
WHERE owner = :owner AND external_id = :external_id AND state IN ('validating', 'running') AND cancelling_at IS NULL
RETURNING *;

-- name: answered
-- Batches of an owner whose requests are all settled, and which have not ended.
SELECT s.* FROM served_batches s JOIN jobs j ON j.id = s.job_id
WHERE s.state = 'running' AND s.owner = :owner AND j.answered_at IS NOT NULL ORDER BY s.id LIMIT :count;

-- name: end
-- Every request is settled.
UPDATE served_batches SET state = 'ended', outcome = :outcome, succeeded = :succeeded, failed = :failed, usage = :usage,
    finalizing_at = :now, ended_at = :now,
    output_file = CASE WHEN CAST(:succeeded AS {integer}) > 0 THEN output_file END, error_file = CASE WHEN CAST(:failed AS {integer}) > 0 THEN error_file END
WHERE id = :batch AND state IN {before served.ended} RETURNING *;

-- name: models
-- The models that a job's requests ask for, by the names that they have at their accounts.
SELECT DISTINCT model FROM buckets WHERE owner = :owner AND job_id = :job ORDER BY model LIMIT 2;

-- name: usage
-- What the answers of a job consumed.
SELECT coalesce(sum(input), 0) AS input, coalesce(sum(cached), 0) AS cached, coalesce(sum(cache_write), 0) AS cache_write,
    coalesce(sum(output), 0) AS output, coalesce(sum(reasoning), 0) AS reasoning,
    coalesce(sum(cache_write_1h), 0) AS cache_write_1h
FROM ledger WHERE owner = :owner AND job_id = :job AND kind = 'paid';

-- name: lock
-- Whoever gives rows of a growing file their places holds its batch.
SELECT id FROM served_batches WHERE id = :batch {lock served_batches};

-- name: shown
SELECT coalesce(max(place), 0) AS place FROM served_lines WHERE batch_id = :batch;

-- name: show
-- Give the next places to requests of a job that have succeeded since. The plus sign keeps planners on the primary key.
INSERT INTO served_lines (batch_id, place, request_id)
SELECT CAST(:batch AS {integer}), CAST(:shown AS {integer}) + row_number() OVER (ORDER BY r.settled_at, r.id), r.id FROM requests r
WHERE r.id BETWEEN :first AND :last AND +r.job_id = :job AND r.state = 'succeeded'
    AND NOT EXISTS (SELECT 1 FROM served_lines l WHERE l.request_id = r.id)
ORDER BY r.settled_at, r.id LIMIT :count;

-- name: lines
-- A page of a growing output file; the columns are those of the results of a job.
SELECT r.id, r.line, r.custom_id, r.state, a.lane, a.status, a.code, a.message, a.object_id, a.start, a.length, a.checksum,
    a.amount, a.id AS attempt, n.response, b.deadline, r.settled_at, l.place
FROM served_lines l JOIN requests r ON r.id = l.request_id JOIN buckets b ON b.id = r.bucket_id
LEFT JOIN attempts a ON a.id = r.settled_by LEFT JOIN answers n ON n.attempt_id = a.id
WHERE l.batch_id = :batch AND l.place > :after ORDER BY l.place LIMIT :count;
