-- name: insert
-- Written in the transaction of the move that was decided on.
INSERT INTO decisions (owner, bucket_id, batch_id, first_attempt, last_attempt, at, action, rule, safe_until, numbers)
VALUES (:owner, :bucket, :batch, :first, :last, :now, :action, :rule, :safe_until, :numbers);

-- name: latest
-- What was last planned for a bucket, calls apart.
SELECT action, rule FROM decisions WHERE bucket_id = :bucket AND last_attempt IS NULL ORDER BY id DESC LIMIT 1;

-- name: batches
-- Why there were the batches that a request was in, by attempt.
SELECT a.id AS attempt, d.* FROM attempts a JOIN decisions d ON d.batch_id = a.batch_id
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
-- Batches that have ended since an instant, with the last safe moment that they had when they were made.
SELECT t.account, t.model, t.requests, t.rescued, t.outcome, t.opened_at, t.submitted_at, t.ended_at, d.safe_until, d.at,
    b.deadline, d.numbers
FROM batches t JOIN decisions d ON d.batch_id = t.id AND d.action = 'batch' JOIN buckets b ON b.id = d.bucket_id
WHERE t.intended_at >= :begun AND t.ended_at >= :since AND t.submitted_at IS NOT NULL
ORDER BY t.id DESC LIMIT :count;
