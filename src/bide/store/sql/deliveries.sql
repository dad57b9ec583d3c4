-- name: insert
-- Due when the job is answered.
INSERT INTO deliveries (owner, job_id, kind, destination, host) VALUES (:owner, :job, :kind, :destination, :host);

-- name: wake
-- The answers are complete: deliver them.
UPDATE deliveries SET due_at = :now WHERE job_id = :job AND due_at IS NULL AND delivered_at IS NULL;

-- name: claim
-- Take deliveries that are due and that this machine can make.
WITH due AS (
    SELECT id FROM deliveries
    WHERE due_at <= :now AND lease_until <= :now AND (host IS NULL OR host = :host) ORDER BY due_at, id LIMIT :count {skip locked}
)
UPDATE deliveries SET holder = :holder, lease_until = :lease_until, fence = fence + 1
WHERE id IN (SELECT id FROM due) RETURNING *;

-- name: delivered
UPDATE deliveries SET delivered_at = :now, due_at = NULL, holder = NULL, lease_until = 0, trouble = NULL
WHERE id = :delivery AND fence = :fence;

-- name: trouble
-- It failed; try again later.
UPDATE deliveries SET failures = failures + 1, trouble = :trouble, due_at = :due_at, holder = NULL, lease_until = 0
WHERE id = :delivery AND fence = :fence;

-- name: release_holder
UPDATE deliveries SET holder = NULL, lease_until = 0 WHERE holder = :holder;

-- name: next_due
SELECT min(CASE WHEN lease_until > due_at THEN lease_until ELSE due_at END) AS due_at FROM deliveries
WHERE due_at IS NOT NULL AND (host IS NULL OR host = :host);

-- name: of_job
SELECT * FROM deliveries WHERE owner = :owner AND job_id = :job ORDER BY id;

-- name: again
-- Deliver once more, what has been delivered or could not be: a retry has changed the answers, say.
UPDATE deliveries SET due_at = :now, delivered_at = NULL
WHERE owner = :owner AND job_id = :job AND EXISTS (SELECT 1 FROM jobs WHERE id = :job AND answered_at IS NOT NULL);
