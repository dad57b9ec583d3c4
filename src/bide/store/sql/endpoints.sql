-- name: insert
-- An endpoint that somebody has already stays as it is.
INSERT INTO webhook_endpoints (owner, external_id, url, created_at) VALUES (:owner, :external_id, :url, :now)
ON CONFLICT (owner, url) DO NOTHING;

-- name: by_url
SELECT * FROM webhook_endpoints WHERE owner = :owner AND url = :url;

-- name: by_id
SELECT * FROM webhook_endpoints WHERE owner = :owner AND id = :endpoint;

-- name: by_external_id
SELECT * FROM webhook_endpoints WHERE owner = :owner AND external_id = :external_id;

-- name: all
-- Everybody's own, the newest first, with how many events are on their way and how many could not be told.
SELECT e.*,
    (SELECT count(*) FROM deliveries d WHERE d.endpoint_id = e.id AND d.due_at IS NOT NULL) AS waiting,
    (SELECT count(*) FROM deliveries d WHERE d.endpoint_id = e.id AND d.given_up_at IS NOT NULL) AS given_up
FROM webhook_endpoints e WHERE e.owner = :owner ORDER BY e.id DESC LIMIT :count;

-- name: count
SELECT count(*) AS endpoints FROM webhook_endpoints WHERE owner = :owner;

-- name: disable
UPDATE webhook_endpoints SET disabled_at = coalesce(disabled_at, :now) WHERE id = :endpoint;

-- name: enable
UPDATE webhook_endpoints SET disabled_at = NULL WHERE owner = :owner AND id = :endpoint;

-- name: lock
-- Of two rotations at a time the second replaces what the first has made.
SELECT id FROM webhook_endpoints WHERE id = :endpoint {lock webhook_endpoints};

-- name: secrets
-- What signs at this moment, the newest first.
SELECT sealed FROM webhook_secrets WHERE endpoint_id = :endpoint AND (expires_at IS NULL OR expires_at > :now) ORDER BY id DESC;

-- name: retire
-- The current secret goes on signing until then, and none before it any longer.
UPDATE webhook_secrets SET expires_at = :until WHERE endpoint_id = :endpoint AND (expires_at IS NULL OR expires_at > :until);

-- name: forget
-- Secrets that have run out are of no use to anybody but a thief.
DELETE FROM webhook_secrets WHERE endpoint_id = :endpoint AND expires_at <= :now;

-- name: add_secret
INSERT INTO webhook_secrets (owner, endpoint_id, sealed, created_at) VALUES (:owner, :endpoint, :sealed, :now);
