-- name: keep_card
-- A rate card in force, by its content.
INSERT INTO rate_cards (provider, model, mode, day, card) VALUES (:provider, :model, :mode, :day, :card)
ON CONFLICT (provider, model, mode, day, card) DO UPDATE SET model = excluded.model RETURNING id;

-- name: cards
-- The cards kept for a day.
SELECT * FROM rate_cards WHERE day = :day ORDER BY id;

-- name: entries
-- What a job has cost, by kind, lane and reason. Sums are split so that they cannot overflow 64 bits.
SELECT e.kind, e.lane, e.reason, count(*) AS entries, sum(CASE WHEN e.amount IS NULL THEN 1 ELSE 0 END) AS unpriced,
    sum(CASE WHEN e.amount IS NOT NULL AND e.listed IS NULL THEN 1 ELSE 0 END) AS unlisted,
    sum(e.amount / 1000000) AS amount_high, sum(e.amount % 1000000) AS amount_low,
    sum(e.listed / 1000000) AS listed_high, sum(e.listed % 1000000) AS listed_low,
    sum(e.input) AS input, sum(e.cached) AS cached, sum(e.cache_write) AS cache_write, sum(e.output) AS output,
    sum(e.reasoning) AS reasoning, sum(e.cache_write_1h) AS cache_write_1h
FROM ledger e WHERE e.owner = :owner AND e.job_id = :job
GROUP BY e.kind, e.lane, e.reason ORDER BY e.kind, e.lane, e.reason;

-- name: used_cards
-- The rate cards a job was charged by.
SELECT DISTINCT c.* FROM ledger e JOIN rate_cards c ON c.id = e.card_id
WHERE e.owner = :owner AND e.job_id = :job ORDER BY c.id;

-- name: attempts
-- How a job's attempts ended, by lane.
SELECT a.lane, a.state, count(*) AS attempts FROM attempts a JOIN requests r ON r.id = a.request_id
WHERE r.owner = :owner AND +r.job_id = :job
    AND r.id BETWEEN (SELECT first_request FROM jobs WHERE id = :job) AND (SELECT last_request FROM jobs WHERE id = :job)
GROUP BY a.lane, a.state ORDER BY a.lane, a.state;

-- name: realtime_span
-- When the first real-time call of a job was made and the last one ended.
SELECT min(a.sent_at) AS first, max(a.finished_at) AS last FROM attempts a JOIN requests r ON r.id = a.request_id
WHERE r.owner = :owner AND +r.job_id = :job AND a.lane = 'realtime'
    AND r.id BETWEEN (SELECT first_request FROM jobs WHERE id = :job) AND (SELECT last_request FROM jobs WHERE id = :job);

-- name: stages
-- How long the requests of a job were in each stage, in whole seconds, and how many of them: in bide until something was sent, at
-- the provider until a batch or the flex tier had answered or they were called, in rescue until the call had answered. Most have one attempt, so
-- that only the others' are looked up.
WITH again AS (
    SELECT request_id FROM attempts
    WHERE request_id BETWEEN (SELECT first_request FROM jobs WHERE id = :job) AND (SELECT last_request FROM jobs WHERE id = :job)
    GROUP BY request_id HAVING count(*) > 1
), timed AS (
    SELECT r.queued_at, r.settled_at, a.lane,
        CASE WHEN o.request_id IS NULL THEN a.sent_at
            ELSE (SELECT min(sent_at) FROM attempts WHERE request_id = r.id) END AS sent_at,
        CASE WHEN a.lane <> 'realtime' THEN NULL WHEN o.request_id IS NULL THEN a.sent_at
            ELSE (SELECT min(sent_at) FROM attempts WHERE request_id = r.id AND lane = 'realtime') END AS called_at
    FROM requests r JOIN attempts a ON a.id = r.settled_by LEFT JOIN again o ON o.request_id = r.id
    WHERE r.owner = :owner AND +r.job_id = :job AND r.state = 'succeeded'
        AND r.id BETWEEN (SELECT first_request FROM jobs WHERE id = :job) AND (SELECT last_request FROM jobs WHERE id = :job)
), divided AS (
    SELECT (sent_at - queued_at) / 1000000 AS queue,
        CASE WHEN lane <> 'cache' AND (called_at IS NULL OR sent_at < called_at) THEN (coalesce(called_at, settled_at) - sent_at) / 1000000 END AS provider,
        (settled_at - called_at) / 1000000 AS rescue
    FROM timed
)
SELECT queue, provider, rescue, count(*) AS requests FROM divided GROUP BY queue, provider, rescue ORDER BY queue, provider, rescue;

-- name: late
-- Requests of a job that were settled after their deadline.
SELECT count(*) AS late, max(r.settled_at) AS last_settled FROM requests r JOIN buckets b ON b.id = r.bucket_id
WHERE r.owner = :owner AND +r.job_id = :job AND r.state = 'succeeded' AND r.settled_at > b.deadline
    AND r.id BETWEEN (SELECT first_request FROM jobs WHERE id = :job) AND (SELECT last_request FROM jobs WHERE id = :job);
