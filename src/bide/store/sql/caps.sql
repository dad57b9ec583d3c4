-- name: set
-- What a bucket's tokens may cost at most.
INSERT INTO caps (bucket_id, job_id, input, output) VALUES (:bucket, :job, :input, :output) ON CONFLICT (bucket_id) DO NOTHING;

-- name: fit
-- The first requests of a job that fit together: how many, how many of them are guaranteed, and the last. In 1e-9 USD, rounded
-- up, so that a sum that is beyond any cap is not beyond 64 bits. All of a request's bytes are tokens, for no token has fewer.
SELECT count(*) AS requests, coalesce(sum(CASE WHEN part = 'guaranteed' THEN 1 ELSE 0 END), 0) AS guaranteed, max(id) AS last
FROM (
    SELECT r.id, b.part, sum((r.length * c.input + r.output_tokens * c.output + 999999) / 1000000) OVER (ORDER BY r.id) AS total
    FROM requests r JOIN caps c ON c.bucket_id = r.bucket_id JOIN buckets b ON b.id = r.bucket_id
    WHERE r.id BETWEEN :first AND :last AND +r.job_id = :job
) AS summed WHERE total <= :room;

-- name: bound
-- The most that all of a job may cost.
SELECT coalesce(sum((r.length * c.input + r.output_tokens * c.output + 999999) / 1000000), 0) AS bound
FROM requests r JOIN caps c ON c.bucket_id = r.bucket_id WHERE r.id BETWEEN :first AND :last AND +r.job_id = :job;

-- name: buckets
-- A job's buckets under its cap, with their ceilings.
SELECT b.*, c.input, c.output FROM caps c JOIN buckets b ON b.id = c.bucket_id WHERE c.job_id = :job ORDER BY b.id;

-- name: lock
-- Whoever moves requests from bucket to bucket holds both.
SELECT id FROM buckets WHERE job_id = :job ORDER BY id {lock buckets};

-- name: job
-- What a job may spend, and what it has: answers, waste and suspicion alike, for all of it may be on the provider's bill.
SELECT j.*, s.spent, s.unpriced FROM jobs j CROSS JOIN (
    SELECT coalesce(sum(paid + wasted + suspected), 0) AS spent, coalesce(sum(unpriced), 0) AS unpriced FROM buckets WHERE job_id = :job
) AS s WHERE j.id = :job;

-- name: reserved
-- What requests that are open and not held may still cost, and how many they are.
SELECT count(*) AS requests, coalesce(sum((r.length * c.input + r.output_tokens * c.output + 999999) / 1000000), 0) AS reserved
FROM requests r JOIN caps c ON c.bucket_id = r.bucket_id JOIN buckets b ON b.id = r.bucket_id
WHERE r.id BETWEEN :first AND :last AND +r.job_id = :job AND r.state = 'open' AND b.part <> 'held';

-- name: unpriced
-- What was paid and nobody knows how much counts at the most that it can have been.
SELECT coalesce(sum((r.length * c.input + r.output_tokens * c.output + 999999) / 1000000), 0) AS reserved
FROM ledger e JOIN requests r ON r.id = e.request_id JOIN caps c ON c.bucket_id = r.bucket_id
WHERE e.job_id = :job AND e.amount IS NULL AND e.kind <> 'suspected';

-- name: next
-- The first of a bucket's held requests that fit into what is left: how many, the last, and what they may cost.
SELECT count(*) AS requests, max(id) AS last, max(total) AS bound FROM (
    SELECT id, sum((length * :input + output_tokens * :output + 999999) / 1000000) OVER (ORDER BY id) AS total FROM (
        SELECT id, length, output_tokens FROM requests
        WHERE bucket_id = :bucket AND state = 'open' AND live_batches = 0 AND live_calls = 0 ORDER BY id LIMIT :count
    ) AS few
) AS summed WHERE total <= :room;

-- name: moving
-- Waiting requests of a bucket between two ids.
SELECT count(*) AS requests, coalesce(sum(input_tokens + output_tokens), 0) AS tokens, coalesce(max(output_tokens), 0) AS longest
FROM requests WHERE bucket_id = :bucket AND state = 'open' AND live_batches = 0 AND live_calls = 0 AND id BETWEEN :first AND :last;

-- name: move
UPDATE requests SET bucket_id = :target
WHERE bucket_id = :bucket AND state = 'open' AND live_batches = 0 AND live_calls = 0 AND id BETWEEN :first AND :last;

-- name: kept
-- How many requests of a job its cap has held back to the end, or does.
SELECT coalesce(sum(t.requests), 0) AS requests FROM tallies t JOIN buckets b ON b.id = t.bucket_id WHERE b.job_id = :job AND b.part = 'held';

-- name: too_dear
-- Held requests that do not fit by themselves, and what each may cost.
SELECT id, (length * :input + output_tokens * :output + 999999) / 1000000 AS bound FROM requests
WHERE bucket_id = :bucket AND state = 'open' AND live_batches = 0 AND live_calls = 0
    AND (length * :input + output_tokens * :output + 999999) / 1000000 > :room
ORDER BY id LIMIT :count;

-- name: refuse
-- An attempt that was never made, and says why.
INSERT INTO attempts (owner, request_id, lane, account, state, code, message)
VALUES (:owner, :request, 'batch', :account, 'refused', :code, :message);

-- name: fail
-- They have no answer, and the attempts that were never made say why.
UPDATE requests SET state = 'failed', settled_at = :now, settled_by = (SELECT max(a.id) FROM attempts a WHERE a.request_id = requests.id)
WHERE id IN (SELECT request_id FROM attempts WHERE id > :after AND state = 'refused') AND bucket_id = :bucket AND state = 'open'
RETURNING id, reserved, coalesce(reserved_at, queued_at) AS reserved_at, input_tokens + output_tokens AS tokens;

-- name: delete
DELETE FROM caps WHERE job_id = :job;
