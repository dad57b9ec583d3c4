-- name: insert
-- Due when the job is answered.
INSERT INTO deliveries (owner, job_id, kind, destination, host) VALUES (:owner, :job, :kind, :destination, :host);

-- name: announce
-- Due when the job is answered, or its one request settled; at once where that has happened.
INSERT INTO deliveries (owner, job_id, request_id, kind, destination, endpoint_id, event_id, due_at)
VALUES (:owner, :job, CAST(:request AS {integer}), :kind, :destination, CAST(:endpoint AS {integer}), :event_id, CASE
    WHEN CAST(:request AS {integer}) IS NULL AND EXISTS (SELECT 1 FROM jobs WHERE id = :job AND answered_at IS NOT NULL)
        THEN CAST(:now AS {integer})
    WHEN EXISTS (SELECT 1 FROM requests WHERE id = :request AND state <> 'open') THEN CAST(:now AS {integer})
END);

-- name: wake
-- The answers are complete: deliver them, and tell about them.
UPDATE deliveries SET due_at = :now
WHERE job_id = :job AND request_id IS NULL AND due_at IS NULL AND delivered_at IS NULL AND given_up_at IS NULL;

-- name: awaiting
-- Whether anybody is to be told about single requests of a job, and has not been.
SELECT id FROM deliveries
WHERE job_id = :job AND request_id IS NOT NULL AND due_at IS NULL AND delivered_at IS NULL AND given_up_at IS NULL LIMIT 1;

-- name: wake_moved
-- Tell about what was settled just now. CROSS JOIN: by way of what has moved, not of all that is awaited.
UPDATE deliveries SET due_at = :now WHERE id IN (
    SELECT d.id FROM moved m CROSS JOIN deliveries d
    WHERE m.job_id = :job AND m.request_before = 'open' AND m.request_after <> 'open' AND d.job_id = :job
        AND d.request_id = m.request_id AND d.request_id IS NOT NULL AND d.due_at IS NULL AND d.delivered_at IS NULL
        AND d.given_up_at IS NULL
);

-- name: wake_settled
-- Tell about every request of a job that is settled.
UPDATE deliveries SET due_at = :now
WHERE job_id = :job AND request_id IS NOT NULL AND due_at IS NULL AND delivered_at IS NULL AND given_up_at IS NULL
    AND EXISTS (SELECT 1 FROM requests r WHERE r.id = deliveries.request_id AND r.state <> 'open');

-- name: claim
-- Take deliveries that are due and that this machine can make: files, or news.
WITH due AS (
    SELECT id FROM deliveries
    WHERE due_at <= :now AND lease_until <= :now AND (host IS NULL OR host = :host)
        AND CASE kind WHEN 'file' THEN 'file' ELSE 'news' END = :lane
    ORDER BY due_at, id LIMIT :count {skip locked}
)
UPDATE deliveries SET holder = :holder, lease_until = :lease_until, fence = fence + 1
WHERE id IN (SELECT id FROM due) RETURNING *;

-- name: delivered
UPDATE deliveries SET delivered_at = :now, given_up_at = NULL, due_at = NULL, holder = NULL, lease_until = 0, trouble = NULL
WHERE id = :delivery AND fence = :fence;

-- name: trouble
-- It failed; try again later, unless it was given up meanwhile.
UPDATE deliveries SET failures = failures + 1, trouble = :trouble,
    due_at = CASE WHEN given_up_at IS NULL THEN CAST(:due_at AS {integer}) END, holder = NULL, lease_until = 0
WHERE id = :delivery AND fence = :fence;

-- name: put_off
-- It is not time yet.
UPDATE deliveries SET due_at = :due_at, holder = NULL, lease_until = 0 WHERE id = :delivery AND fence = :fence;

-- name: give_up
-- It failed for the last time.
UPDATE deliveries SET failures = failures + 1, trouble = :trouble, given_up_at = :now, due_at = NULL, holder = NULL, lease_until = 0
WHERE id = :delivery AND fence = :fence;

-- name: forsake
-- The endpoint is gone: nothing more goes there.
UPDATE deliveries SET trouble = :trouble, given_up_at = :now, due_at = NULL
WHERE endpoint_id = :endpoint AND delivered_at IS NULL AND given_up_at IS NULL;

-- name: spare
-- What else is due at an endpoint that does not answer waits as long.
UPDATE deliveries SET due_at = :due_at
WHERE endpoint_id = :endpoint AND due_at < :due_at AND lease_until <= :now AND id <> :delivery;

-- name: log_try
INSERT INTO delivery_tries (owner, delivery_id, at, duration, status, error)
VALUES (:owner, :delivery, :at, :duration, :status, :error);

-- name: release_holder
UPDATE deliveries SET holder = NULL, lease_until = 0 WHERE holder = :holder;

-- name: next_due
SELECT CASE kind WHEN 'file' THEN 'file' ELSE 'news' END AS lane,
    min(CASE WHEN lease_until > due_at THEN lease_until ELSE due_at END) AS due_at FROM deliveries
WHERE due_at IS NOT NULL AND (host IS NULL OR host = :host)
GROUP BY CASE kind WHEN 'file' THEN 'file' ELSE 'news' END;

-- name: of_job
SELECT * FROM deliveries WHERE owner = :owner AND job_id = :job ORDER BY id;

-- name: again
-- Deliver once more, what has been delivered or could not be: a retry has changed the answers, say.
UPDATE deliveries SET due_at = :now, delivered_at = NULL
WHERE owner = :owner AND job_id = :job AND kind = 'file'
    AND EXISTS (SELECT 1 FROM jobs WHERE id = :job AND answered_at IS NOT NULL);

-- name: redeliver
-- Tell once more, under the same name, what was told or could not be.
UPDATE deliveries SET due_at = :now, delivered_at = NULL, given_up_at = NULL, failures = 0, trouble = NULL
WHERE owner = :owner AND event_id = :event_id AND (due_at IS NOT NULL OR delivered_at IS NOT NULL OR given_up_at IS NOT NULL)
RETURNING *;

-- name: news
-- The newest first, of one job or one endpoint where these are named.
SELECT d.*, j.external_id AS job, e.url FROM deliveries d
JOIN jobs j ON j.id = d.job_id LEFT JOIN webhook_endpoints e ON e.id = d.endpoint_id
WHERE d.owner = :owner AND d.event_id IS NOT NULL AND (d.job_id = :job OR :job = 0)
    AND (d.endpoint_id = :endpoint OR :endpoint = 0) AND (d.event_id = :event_id OR :event_id = '')
ORDER BY d.id DESC LIMIT :count;

-- name: tries
SELECT * FROM delivery_tries WHERE delivery_id = :delivery ORDER BY id;

-- name: told_request
-- The request that news is about, with what settled it. A call has its own name of the model, and a deadline that its job may
-- come before a little.
SELECT r.id, r.line, r.custom_id, r.state, r.queued_at, r.settled_at, b.account, coalesce(c.model, b.model) AS model,
    coalesce(c.deadline, b.deadline) AS deadline, a.lane, a.status, a.code, a.message,
    a.object_id, a.start, a.length, a.checksum, n.response
FROM requests r JOIN buckets b ON b.id = r.bucket_id LEFT JOIN attempts a ON a.id = r.settled_by
LEFT JOIN answers n ON n.attempt_id = a.id LEFT JOIN calls c ON c.external_id = r.custom_id AND c.job_id = r.job_id
WHERE r.owner = :owner AND r.id = :request;
