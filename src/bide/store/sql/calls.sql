-- name: gathering
-- The job that gathers calls of this kind, if there is one that is not answered yet.
SELECT * FROM jobs
WHERE owner = :owner AND fingerprint = :fingerprint AND accepted_at IS NOT NULL AND answered_at IS NULL AND state = 'running'
ORDER BY id DESC LIMIT 1;

-- name: lock_buckets
-- Before calls are added to a job: its buckets, as whoever settles something of them locks them first too.
SELECT id FROM buckets WHERE job_id = :job ORDER BY id {lock buckets};

-- name: gathers
-- The job, if it has not been answered meanwhile; nobody can do so from here on.
SELECT * FROM jobs WHERE id = :job AND answered_at IS NULL AND state = 'running' {lock jobs};

-- name: begin
-- A job that takes calls in one by one: accepted from its beginning, and nothing of it is promised before it is there.
INSERT INTO jobs (
    owner, external_id, kind, state, name, workflow, fingerprint, priority_source, deadline, on_miss, parameters,
    key_id, created_at, accepted_at, gathers_until
) VALUES (
    :owner, :external_id, 'calls', 'running', 'calls', :workflow, :fingerprint, 'call', :deadline, :on_miss, '{}',
    :key, :now, :now, :gathers_until
) RETURNING *;

-- name: grow
-- The job has so many more requests, the last of them above `after`.
UPDATE jobs SET requests = requests + :requests,
    first_request = coalesce(first_request, (SELECT min(id) FROM requests WHERE id > :after AND +job_id = :job)),
    last_request = (SELECT max(id) FROM requests WHERE id > :after AND +job_id = :job)
WHERE id = :job;

-- name: insert
-- One of which nobody is to be told is nobody's orphan.
INSERT INTO calls (
    external_id, owner, job_id, key_id, path, model, digest, idempotency_key, urgency, deadline, stream, holder, delivered_at,
    created_at
) VALUES (
    :external_id, :owner, :job, :key, :path, :model, :digest, :idempotency_key, :urgency, :deadline, :stream, :holder, :promised,
    :now
);

-- name: reserved
-- Note on a call's request what is reserved for it; since when is when it was queued.
UPDATE requests SET reserved = :reserved WHERE job_id = :job AND custom_id = :external_id;

-- name: by_idempotency_key
SELECT * FROM calls WHERE owner = :owner AND path = :path AND idempotency_key = :idempotency_key;

-- name: attach
-- A retry takes the oldest call of the same content whose connection is gone.
UPDATE calls SET holder = :holder WHERE external_id = (
    SELECT external_id FROM calls
    WHERE digest = :digest AND owner = :owner AND holder IS NULL AND delivered_at IS NULL
    ORDER BY created_at, external_id LIMIT 1 {lock calls}
) AND holder IS NULL RETURNING *;

-- name: hold
-- A connection waits for the answer, or for the promise of it.
UPDATE calls SET holder = :holder WHERE external_id = :external_id;

-- name: let_go
-- The connection is gone.
UPDATE calls SET holder = NULL WHERE external_id = :external_id AND holder = :holder;

-- name: delivered
-- A connection took the whole answer, or the promise of it: whoever has that asks for the answer by its id.
UPDATE calls SET holder = NULL, delivered_at = coalesce(delivered_at, :now) WHERE external_id = :external_id;

-- name: release_holder
UPDATE calls SET holder = NULL WHERE holder = :holder;

-- name: holders
SELECT DISTINCT holder FROM calls WHERE holder IS NOT NULL;

-- name: outcome
-- A call with its request and the attempt that settled it.
SELECT c.*, r.id AS request_id, r.bucket_id, r.state, r.settled_at, a.lane, a.status, a.code, a.message, a.object_id, a.start, a.length,
    a.checksum, a.amount, a.id AS attempt, n.response, j.external_id AS job, j.deadline AS planned_for, j.on_miss, j.workflow,
    b.account, b.model AS served_model, b.part
FROM calls c JOIN requests r ON r.job_id = c.job_id AND r.custom_id = c.external_id
JOIN jobs j ON j.id = c.job_id JOIN buckets b ON b.id = r.bucket_id
LEFT JOIN attempts a ON a.id = r.settled_by LEFT JOIN answers n ON n.attempt_id = a.id
WHERE c.owner = :owner AND c.external_id = :external_id;

-- name: state
-- How a call stands.
SELECT c.job_id, r.state FROM calls c JOIN requests r ON r.job_id = c.job_id AND r.custom_id = c.external_id
WHERE c.owner = :owner AND c.external_id = :external_id;

-- name: settled_of_job
-- Which calls of a job have their answer since an instant.
SELECT r.custom_id FROM requests r JOIN calls c ON c.external_id = r.custom_id
WHERE c.job_id = :job AND r.job_id = :job AND r.state <> 'open' AND r.settled_at >= :since;

-- name: settled_counts
-- How many requests of each job of a range are settled; grows with every answer.
SELECT b.job_id, sum(t.requests) AS settled FROM buckets b JOIN tallies t ON t.bucket_id = b.id
WHERE b.job_id BETWEEN :first AND :last AND t.phase IN ('batch', 'flex', 'realtime', 'cache', 'failed', 'cancelled', 'expired') GROUP BY b.job_id;

-- name: cancel
-- Spend no more on one call: a request that waits gets its final state, one that is under way is not wanted any more.
UPDATE requests SET state = 'cancelled', settled_at = :now
WHERE job_id = :job AND custom_id = :external_id AND state = 'open' AND live_calls = 0
RETURNING id, bucket_id, input_tokens + output_tokens AS tokens, live_batches, reserved,
    coalesce(reserved_at, queued_at) AS reserved_at,
    CASE WHEN live_batches > 0 THEN 'batched' WHEN losses >= {most losses} THEN 'stubborn' ELSE 'waiting' END AS phase;
