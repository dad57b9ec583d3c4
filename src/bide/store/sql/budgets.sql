-- name: limits
-- What a key may spend.
SELECT external_id, budget_day, budget_month, budget_hard FROM keys WHERE id = :key;

-- name: reserve
-- Take an amount, if what is reserved and spent in the period stays within `most` with it: a comparison and a change in one
-- statement, so that whoever comes at the same time waits for this one and sees it. No row: it does not fit.
INSERT INTO spending (key_id, period, reserved, spent) VALUES (:key, :period, :amount, 0)
ON CONFLICT (key_id, period) DO UPDATE SET reserved = spending.reserved + excluded.reserved
WHERE spending.reserved <= :most - excluded.reserved - spending.spent
RETURNING reserved, spent;

-- name: post
-- Move what is reserved and what is spent in a period by so much.
INSERT INTO spending (key_id, period, reserved, spent) VALUES (:key, :period, :reserved, :spent)
ON CONFLICT (key_id, period) DO UPDATE
SET reserved = spending.reserved + excluded.reserved, spent = spending.spent + excluded.spent;

-- name: spending
-- What a key has reserved and spent in a period.
SELECT reserved, spent FROM spending WHERE key_id = :key AND period = :period;

-- name: key_of_job
SELECT key_id FROM jobs WHERE id = :job AND key_id IS NOT NULL;

-- name: hold
-- Note on a bucket's waiting requests what is reserved for each: all of its bytes as input tokens, for no token has fewer,
-- and the longest answer, at these rates.
UPDATE requests SET reserved = (length * :input + output_tokens * :output + 999) / 1000, reserved_at = :now
WHERE bucket_id = :bucket AND state = 'open' AND live_batches = 0 AND live_calls = 0;

-- name: held
-- How much that is.
SELECT coalesce(sum(reserved), 0) AS reserved FROM requests
WHERE bucket_id = :bucket AND state = 'open' AND live_batches = 0 AND live_calls = 0;

-- name: released
-- What is reserved for requests that have just been settled, by key and day; and of that, for those with an answer of
-- unknown price.
SELECT j.key_id, coalesce(r.reserved_at, r.queued_at) / 86400000000 AS day, sum(r.reserved) AS reserved,
    sum(CASE WHEN r.id IN (SELECT request_id FROM moved WHERE entry IS NOT NULL AND amount IS NULL) THEN r.reserved ELSE 0 END) AS unpriced
FROM requests r JOIN jobs j ON j.id = r.job_id
WHERE r.id IN (SELECT request_id FROM moved WHERE request_before = 'open' AND request_after <> 'open')
    AND r.reserved > 0 AND j.key_id IS NOT NULL
GROUP BY j.key_id, coalesce(r.reserved_at, r.queued_at) / 86400000000 ORDER BY 1, 2;

-- name: let_go_moved
-- Nothing is reserved for them any more.
UPDATE requests SET reserved = 0
WHERE reserved > 0 AND id IN (SELECT request_id FROM moved WHERE request_before = 'open' AND request_after <> 'open');

-- name: let_go
-- Nothing is reserved any more for requests of a job that have just been settled. The plus sign keeps planners on the
-- primary key.
UPDATE requests SET reserved = 0
WHERE id BETWEEN :first AND :last AND +job_id = :job AND state <> 'open' AND reserved > 0;

-- name: forgotten
-- What is reserved for the requests of a job that are deleted next, by day.
SELECT coalesce(reserved_at, queued_at) / 86400000000 AS day, sum(reserved) AS reserved FROM requests
WHERE id IN (SELECT id FROM requests WHERE job_id = :job ORDER BY id LIMIT :count) AND reserved > 0
GROUP BY coalesce(reserved_at, queued_at) / 86400000000 ORDER BY 1;
