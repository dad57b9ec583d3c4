-- name: ensure
-- The bucket with this key, made when it is missing. One request that is bound to its account binds the others with it.
INSERT INTO buckets (owner, job_id, account, model, endpoint, deadline, part, protected, spread)
VALUES (:owner, :job, :account, :model, :endpoint, :deadline, :part, :protected, :spread)
ON CONFLICT (job_id, account, model, endpoint, deadline, part) DO UPDATE
SET spread = CASE WHEN excluded.spread < buckets.spread THEN excluded.spread ELSE buckets.spread END
RETURNING id;

-- name: lengthen
UPDATE buckets SET longest = :longest WHERE id = :bucket AND longest < :longest;

-- name: count
-- Move a tally by so much.
INSERT INTO tallies (bucket_id, phase, requests, tokens) VALUES (:bucket, :phase, :requests, :tokens)
ON CONFLICT (bucket_id, phase) DO UPDATE
SET requests = tallies.requests + excluded.requests, tokens = tallies.tokens + excluded.tokens;

-- name: open
-- Every bucket of an accepted, unfinished job that still has open requests, with its tallies, by deadline. CROSS JOIN keeps
-- SQLite from reading the tallies of every job there ever was.
SELECT b.*, j.state AS job_state, j.on_miss, j.accepted_at, j.max_cost, j.gathers_until, k.lanes, t.phase, t.requests, t.tokens
FROM jobs j CROSS JOIN buckets b CROSS JOIN tallies t LEFT JOIN keys k ON k.id = j.key_id
WHERE b.job_id = j.id AND t.bucket_id = b.id AND j.answered_at IS NULL AND j.accepted_at IS NOT NULL
ORDER BY b.deadline, b.id, t.phase;

-- name: lock
-- Whoever moves a bucket's requests, their attempts or its tallies holds its row: one at a time, so that what is read
-- of them stays true until it is acted on.
SELECT id FROM buckets WHERE id = :bucket {lock buckets};

-- name: plan
-- As `lock`, and the job cannot be cancelled before what is planned is on record.
SELECT j.state AS job_state FROM buckets b JOIN jobs j ON j.id = b.job_id WHERE b.id = :bucket {lock b} {share j};

-- name: protect
-- The bucket fits into the real-time capacity after all.
UPDATE buckets SET protected = 1 WHERE id = :bucket AND protected = 0;

-- name: failed
-- Buckets of a job with failed requests.
SELECT b.* FROM buckets b JOIN tallies t ON t.bucket_id = b.id
WHERE b.owner = :owner AND b.job_id = :job AND t.phase = 'failed' AND t.requests > 0 ORDER BY b.id;

-- name: arrivals
-- Single calls that were accepted since an instant with less time than a horizon, whatever became of them but an answer that was kept.
-- CROSS JOIN as in `open`.
SELECT b.account, b.model, j.accepted_at, sum(t.requests) AS requests, sum(t.tokens) AS tokens
FROM jobs j CROSS JOIN buckets b CROSS JOIN tallies t
WHERE b.job_id = j.id AND t.bucket_id = b.id AND j.accepted_at >= :since AND j.gathers_until IS NOT NULL AND b.deadline - j.accepted_at < :horizon
    AND t.phase <> 'cache'
GROUP BY b.account, b.model, j.accepted_at;

-- name: spending
-- What came of the requests that were accepted since an instant, with its money: as fractions, which have no end. What was answered
-- with what is kept is in both, in `listed` and in `answered`, so that one by the other is the mean price. CROSS JOIN as in `open`.
SELECT b.account, b.model, sum(CAST(b.listed AS double precision)) AS listed, sum(CAST(b.wasted AS double precision)) AS wasted, coalesce(sum((
    SELECT sum(t.requests) FROM tallies t WHERE t.bucket_id = b.id AND t.phase IN ('batch', 'flex', 'realtime', 'cache')
)), 0) AS answered
FROM jobs j CROSS JOIN buckets b
WHERE b.job_id = j.id AND j.accepted_at >= :since AND (b.listed > 0 OR b.wasted > 0)
GROUP BY b.account, b.model;
