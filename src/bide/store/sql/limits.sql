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
-- Input tokens that count, or are about to count, against the provider's enqueued-token quota.
SELECT account, model, sum(tokens) AS tokens, count(*) AS batches FROM batches
WHERE state <> 'harvested' AND state <> 'ended' GROUP BY account, model ORDER BY account, model;

-- name: recent
-- Providers bound how many batches may be created in an hour.
SELECT account, count(*) AS batches FROM batches WHERE intended_at > :since GROUP BY account ORDER BY account;
