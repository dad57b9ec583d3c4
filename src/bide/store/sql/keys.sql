-- name: insert
INSERT INTO keys (
    owner, external_id, name, digest, prefix, created_at, expires_at, models, lanes, priority, workflow,
    requests_per_minute, tokens_per_minute, budget_day, budget_month, budget_hard
) VALUES (
    :owner, :external_id, :name, :digest, :prefix, :now, :expires_at, :models, :lanes, :priority, :workflow,
    :requests_per_minute, :tokens_per_minute, :budget_day, :budget_month, :budget_hard
) RETURNING *;

-- name: by_digest
-- The key that has this secret, or had it before its last rotation.
SELECT * FROM keys WHERE digest = :digest OR former_digest = :digest;

-- name: any
-- Whether there is any key that was not revoked.
SELECT id FROM keys WHERE revoked_at IS NULL LIMIT 1;

-- name: ever
-- Whether there ever was any key.
SELECT id FROM keys LIMIT 1;

-- name: list
-- The keys of an owner, oldest first; '' is everybody's.
SELECT * FROM keys WHERE owner = :owner OR :owner = '' ORDER BY id;

-- name: by_external_id
SELECT * FROM keys WHERE external_id = :external_id AND (owner = :owner OR :owner = '');

-- name: revoke
-- It opens nothing any more, and neither does the secret before it.
UPDATE keys SET revoked_at = :now
WHERE external_id = :external_id AND (owner = :owner OR :owner = '') AND revoked_at IS NULL
RETURNING *;

-- name: rotate
-- A new secret; the present one is good for a while, the one before it no more.
UPDATE keys SET former_digest = digest, former_until = :former_until, digest = :digest, prefix = :prefix
WHERE external_id = :external_id AND (owner = :owner OR :owner = '') AND revoked_at IS NULL
RETURNING *;
