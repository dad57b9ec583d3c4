-- name: insert
-- Written in the transaction of the move that was decided on.
INSERT INTO decisions (owner, bucket_id, batch_id, first_attempt, last_attempt, at, action, rule, safe_until, numbers)
VALUES (:owner, :bucket, :batch, :first, :last, :now, :action, :rule, :safe_until, :numbers);

-- name: latest
-- What was last planned for a bucket, calls apart.
SELECT action, rule FROM decisions WHERE bucket_id = :bucket AND last_attempt IS NULL ORDER BY id DESC LIMIT 1;

-- name: batches
-- Why there were the batches that a request was in, by attempt.
SELECT a.id AS attempt, t.requests, d.* FROM attempts a JOIN decisions d ON d.batch_id = a.batch_id
JOIN batches t ON t.id = a.batch_id
WHERE a.owner = :owner AND a.request_id = :request ORDER BY a.id;

-- name: call
-- Why a call of a bucket's request was made: claims of one bucket do not overlap.
SELECT * FROM decisions WHERE owner = :owner AND bucket_id = :bucket AND last_attempt >= :attempt AND first_attempt <= :attempt
ORDER BY last_attempt LIMIT 1;

-- name: holds
-- What held a bucket between two instants, from the last reason before them on.
SELECT * FROM decisions WHERE owner = :owner AND bucket_id = :bucket AND last_attempt IS NULL AND action = 'hold'
    AND at <= :until ORDER BY id DESC LIMIT :count;

-- name: opened
-- Batches that have ended since an instant, with the last safe moment that they had when they were made; second copies apart.
SELECT t.account, t.model, t.requests, t.rescued, t.outcome, t.submitted_at, t.ended_at, d.safe_until, b.deadline, j.accepted_at,
    d.numbers
FROM batches t JOIN decisions d ON d.batch_id = t.id AND d.action = 'batch' JOIN buckets b ON b.id = d.bucket_id
JOIN jobs j ON j.id = b.job_id
WHERE t.intended_at >= :begun AND t.ended_at >= :since AND t.submitted_at IS NOT NULL AND t.copy_of IS NULL
ORDER BY t.id DESC LIMIT :count;

-- name: subject
-- A request of a job with everything that planning had to go by, by its id; and the call that it is, where it is one.
SELECT r.id AS request, r.bucket_id, r.line, r.custom_id, r.state, r.input_tokens, r.output_tokens, r.queued_at, r.settled_at,
    b.account, b.model, b.endpoint, b.part, b.protected, b.longest, b.deadline AS planned_for, j.id AS job_id, j.external_id AS job,
    j.kind, j.workflow, j.priority, j.priority_source, j.on_miss, j.gathers_until, coalesce(c.deadline, j.deadline) AS deadline,
    c.external_id AS call, c.urgency, coalesce(c.created_at, j.accepted_at, j.created_at) AS asked_at, a.lane
FROM requests r JOIN buckets b ON b.id = r.bucket_id JOIN jobs j ON j.id = r.job_id
LEFT JOIN calls c ON c.external_id = r.custom_id AND c.job_id = j.id LEFT JOIN attempts a ON a.id = r.settled_by
WHERE r.owner = :owner AND r.id = :request;

-- name: by_custom_id
SELECT id FROM requests WHERE owner = :owner AND job_id = :job AND custom_id = :custom_id;

-- name: by_line
-- The plus sign keeps planners on the primary key: ids ascend with the lines of a job.
SELECT id FROM requests WHERE owner = :owner AND +job_id = :job AND id BETWEEN :first AND :last AND line = :line;
