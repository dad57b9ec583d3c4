-- name: learn
INSERT INTO limits (account, model, name, value, source, learned_at)
VALUES (:account, :model, :name, :value, :source, :now)
ON CONFLICT (account, model, name) DO UPDATE SET value = excluded.value, source = excluded.source, learned_at = excluded.learned_at;

-- name: all
SELECT * FROM limits ORDER BY account, model, name;

-- name: lock_users
-- A row that everybody who shares a limit locks first, so that they count each other. It counts as nobody.
INSERT INTO users (account, model, holder, until) VALUES (:account, :model, '', 0)
ON CONFLICT (account, model, holder) DO UPDATE SET until = 0;

-- name: use
INSERT INTO users (account, model, holder, until) VALUES (:account, :model, :holder, :until)
ON CONFLICT (account, model, holder) DO UPDATE SET until = excluded.until;

-- name: users
SELECT count(*) AS users FROM users WHERE account = :account AND model = :model AND until > :now;

-- name: leave
DELETE FROM users WHERE holder = :holder;

-- name: enqueued
-- What counts, or is about to count, against the provider's quotas of its queue, by model. A batch that is filled has room from
-- its first request on; `unborn` are those whose create has not been sent yet.
SELECT account, model, sum(tokens) AS tokens, sum(requests) AS requests, count(*) AS batches,
    sum(CASE WHEN intended_at IS NULL THEN 1 ELSE 0 END) AS unborn
FROM batches WHERE state <> 'harvested' AND state <> 'ended' GROUP BY account, model ORDER BY account, model;

-- name: recent
-- Providers bound how many batches may be created in an hour.
SELECT account, count(*) AS batches, min(intended_at) AS oldest, sum(CASE WHEN intended_at > :lately THEN 1 ELSE 0 END) AS lately
FROM batches
WHERE intended_at > :since GROUP BY account ORDER BY account;

-- name: stored
-- Input files that lie at the provider or are about to, of batches that are not cleaned up.
SELECT account, count(*) AS files, sum(size) AS size FROM batches
WHERE due_at IS NOT NULL AND (input_file IS NOT NULL OR state IN ('open', 'sealed')) GROUP BY account ORDER BY account;

-- name: lock_queue
-- Whoever reserves room in an account's queue locks this row first, so that two never take the last of it.
INSERT INTO users (account, model, holder, until) VALUES (:account, '', '', 0)
ON CONFLICT (account, model, holder) DO UPDATE SET until = 0;

-- name: first_tokens
-- Input tokens of the request that is next to go into a batch.
SELECT input_tokens AS tokens FROM requests
WHERE bucket_id = :bucket AND state = 'open' AND live_batches = 0 AND live_calls = 0 AND losses < {most losses}
ORDER BY id LIMIT 1;
