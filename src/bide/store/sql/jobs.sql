-- name: insert
-- A job whose requests are about to be read.
INSERT INTO jobs (
    owner, external_id, kind, state, name, workflow, fingerprint, idempotency_key, priority, priority_source, deadline,
    on_miss, max_cost, parent_id, destination, parameters, key_id, created_at
) VALUES (
    :owner, :external_id, :kind, 'accepting', :name, :workflow, :fingerprint, :idempotency_key, :priority,
    :priority_source, :deadline, :on_miss, :max_cost, :parent_id, :destination, :parameters, :key_id, :now
) RETURNING *;

-- name: accept
-- Every request is stored: from here on they are promised.
UPDATE jobs SET state = 'running', fingerprint = :fingerprint, input_id = :input_id, requests = :requests, refused = :refused,
    admission = :admission, first_request = :first_request, last_request = :last_request, accepted_at = :now
WHERE owner = :owner AND id = :job AND state IN {before job.running} AND cancelled_at IS NULL
RETURNING *;

-- name: lock_acceptance
-- A row that everybody who must not be accepted twice locks first.
INSERT INTO settings (name, value) VALUES ('accepting', '') ON CONFLICT (name) DO UPDATE SET value = '';

-- name: accepted_meanwhile
-- Another job of the same content, parameters and place, accepted since the reading of this one began.
SELECT j.* FROM jobs j JOIN jobs own ON own.id = :job
WHERE j.owner = :owner AND j.fingerprint = :fingerprint AND coalesce(j.destination, '') = coalesce(own.destination, '')
    AND j.id <> own.id AND j.accepted_at >= own.created_at
ORDER BY j.id LIMIT 1;

-- name: cancel
-- Spend no more.
UPDATE jobs SET state = 'cancelling', cancelled_at = :now
WHERE owner = :owner AND id = :job AND state IN {before job.cancelling}
RETURNING *;

-- name: by_id
SELECT * FROM jobs WHERE owner = :owner AND id = :job;

-- name: by_external_id
SELECT * FROM jobs WHERE owner = :owner AND external_id = :external_id;

-- name: by_idempotency_key
SELECT * FROM jobs WHERE owner = :owner AND idempotency_key = :idempotency_key AND accepted_at IS NOT NULL;

-- name: recent
-- The newest jobs first.
SELECT * FROM jobs WHERE owner = :owner AND state <> 'accepting' ORDER BY id DESC LIMIT :count;

-- name: like
-- Whether an accepted job for a place is unfinished, or was asked for with the same parameters. A place is what the
-- destinations of one file begin with, '' is none.
SELECT id FROM jobs
WHERE owner = :owner AND substr(coalesce(destination, ''), 1, length(:place)) = :place
    AND (destination IS NULL) = (:place = '') AND accepted_at IS NOT NULL
    AND (done_at IS NULL OR parameters = :parameters) LIMIT 1;

-- name: by_fingerprint
-- The newest accepted job of the same content, parameters and place.
SELECT * FROM jobs
WHERE owner = :owner AND fingerprint = :fingerprint AND coalesce(destination, '') = :destination AND accepted_at IS NOT NULL
ORDER BY id DESC LIMIT 1;

-- name: unfinished_at
-- The newest unfinished job for this place; under this name, where one is given.
SELECT * FROM jobs
WHERE owner = :owner AND substr(coalesce(destination, ''), 1, length(:place)) = :place
    AND (destination IS NULL) = (:place = '') AND name = coalesce(:name, name) AND accepted_at IS NOT NULL
    AND done_at IS NULL
ORDER BY id DESC LIMIT 1;

-- name: retries
-- The jobs that tried a job's failed requests again, oldest first.
SELECT * FROM jobs WHERE owner = :owner AND parent_id = :job AND state <> 'accepting' ORDER BY id;

-- name: busy
-- Something that is not finished, or not delivered, or whose files are not cleaned up, or that is being handed in by a schedule.
SELECT id FROM jobs WHERE done_at IS NULL AND accepted_at IS NOT NULL
UNION ALL SELECT id FROM deliveries WHERE due_at IS NOT NULL
UNION ALL SELECT id FROM batches WHERE due_at IS NOT NULL
UNION ALL SELECT id FROM schedules WHERE holder IS NOT NULL LIMIT 1;

-- name: abandoned
-- Jobs whose reader died before they were accepted.
SELECT * FROM jobs WHERE done_at IS NULL AND state = 'accepting' AND created_at <= :before ORDER BY id;

-- name: lock
-- Whoever asks whether a job has come to its end holds its row: of two last moves in two transactions, the later one sees
-- the other, and closes it.
SELECT id FROM jobs WHERE id = :job {lock jobs};

-- name: answer
-- Note that the last request is settled.
UPDATE jobs SET answered_at = :now
WHERE id = :job AND answered_at IS NULL AND state IN ('running', 'cancelling') AND NOT EXISTS (
    SELECT 1 FROM tallies t JOIN buckets b ON b.id = t.bucket_id
    WHERE b.job_id = :job AND t.requests > 0 AND t.phase IN ('waiting', 'stubborn', 'batched', 'calling')
)
RETURNING *;

-- name: finish
-- Note that the last attempt has ended.
UPDATE jobs SET state = 'done', done_at = :now
WHERE id = :job AND answered_at IS NOT NULL AND state IN {before job.done} AND NOT EXISTS (
    SELECT 1 FROM buckets b JOIN shares s ON s.bucket_id = b.id JOIN batches t ON t.id = s.batch_id
    WHERE b.job_id = :job AND t.state <> 'harvested'
) AND NOT EXISTS (
    SELECT 1 FROM attempts a JOIN requests r ON r.id = a.request_id
    WHERE r.job_id = :job AND a.state = 'sent' AND a.batch_id IS NULL
)
RETURNING *;

-- name: money
-- What the job's buckets add up to.
SELECT b.*, t.phase, t.requests, t.tokens FROM buckets b LEFT JOIN tallies t ON t.bucket_id = b.id
WHERE b.owner = :owner AND b.job_id = :job ORDER BY b.id, t.phase;

-- name: flexing
-- How many open requests of a job are in flight in the flex tier and nowhere else. The plus sign keeps SQLite on the index of what is
-- in flight.
SELECT count(*) AS requests FROM attempts a JOIN requests r ON r.id = a.request_id
WHERE a.state = 'sent' AND a.batch_id IS NULL AND a.lane = 'flex' AND r.owner = :owner AND +r.job_id = :job AND r.state = 'open'
    AND r.live_calls = 0 AND r.live_batches = 1;

-- name: forsake
-- From here on the job cannot be accepted any more.
UPDATE jobs SET cancelled_at = created_at WHERE id = :job AND state = 'accepting' RETURNING id;

-- name: promised
SELECT id FROM jobs WHERE id = :job AND state <> 'accepting';

-- name: delete_requests
-- Part of forgetting a job that was never accepted.
DELETE FROM requests WHERE id IN (SELECT id FROM requests WHERE job_id = :job ORDER BY id LIMIT :count);

-- name: delete_tallies
DELETE FROM tallies WHERE bucket_id IN (SELECT id FROM buckets WHERE job_id = :job);

-- name: delete_buckets
DELETE FROM buckets WHERE job_id = :job;

-- name: delete_job
DELETE FROM jobs WHERE id = :job AND state = 'accepting';
