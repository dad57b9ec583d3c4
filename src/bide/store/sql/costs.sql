-- name: entries
-- The ledger by whatever is asked for (1: asked), in one pass over what an owner ('': everybody) has of a time. What stands beside the
-- entries is looked up only where it is asked for. Sums are split so that they cannot overflow 64 bits.
SELECT CASE WHEN :workflow = 1 THEN e.workflow END AS workflow, CASE WHEN :key = 1 THEN e.key_id END AS key_id,
    CASE WHEN :model = 1 THEN coalesce(b.model, c.model) END AS model,
    CASE WHEN :provider = 1 THEN coalesce(a.account, c.provider) END AS provider,
    CASE WHEN :day = 1 THEN (e.at + :offset) / 86400000000 END AS day,
    e.lane, e.kind, e.reason, count(*) AS entries, sum(CASE WHEN e.amount IS NULL THEN 1 ELSE 0 END) AS unpriced,
    sum(CASE WHEN e.amount IS NOT NULL AND e.listed IS NULL THEN 1 ELSE 0 END) AS unlisted,
    sum(e.amount / 1000000) AS amount_high, sum(e.amount % 1000000) AS amount_low,
    sum(e.listed / 1000000) AS listed_high, sum(e.listed % 1000000) AS listed_low,
    sum(e.input) AS input, sum(e.cached) AS cached, sum(e.cache_write) AS cache_write, sum(e.output) AS output,
    sum(e.reasoning) AS reasoning, sum(e.cache_write_1h) AS cache_write_1h
FROM ledger e
    LEFT JOIN attempts a ON :provider = 1 AND a.id = e.attempt_id
    LEFT JOIN requests r ON :model = 1 AND r.id = e.request_id
    LEFT JOIN buckets b ON b.id = r.bucket_id
    LEFT JOIN rate_cards c ON :model + :provider > 0 AND c.id = e.card_id
WHERE (e.owner = :owner OR :owner = '') AND e.at >= :since AND e.at < :until
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 LIMIT :count;

-- name: passages
-- The same of the calls that were passed on at once, by when they ended.
SELECT CASE WHEN :workflow = 1 THEN p.workflow END AS workflow, CASE WHEN :key = 1 THEN p.key_id END AS key_id,
    CASE WHEN :model = 1 THEN p.model END AS model, CASE WHEN :provider = 1 THEN p.account END AS provider,
    CASE WHEN :day = 1 THEN (p.finished_at + :offset) / 86400000000 END AS day,
    coalesce(p.lane, 'realtime') AS lane, p.kind, CASE WHEN p.kind = 'suspected' THEN 'no reply came' END AS reason, count(*) AS entries,
    sum(CASE WHEN p.amount IS NULL THEN 1 ELSE 0 END) AS unpriced,
    sum(CASE WHEN p.amount IS NOT NULL AND p.listed IS NULL THEN 1 ELSE 0 END) AS unlisted,
    sum(p.amount / 1000000) AS amount_high, sum(p.amount % 1000000) AS amount_low,
    sum(p.listed / 1000000) AS listed_high, sum(p.listed % 1000000) AS listed_low,
    sum(p.input) AS input, sum(p.cached) AS cached, sum(p.cache_write) AS cache_write, sum(p.output) AS output,
    sum(p.reasoning) AS reasoning, sum(p.cache_write_1h) AS cache_write_1h
FROM passages p
WHERE (p.owner = :owner OR :owner = '') AND p.kind IS NOT NULL AND p.finished_at >= :since AND p.finished_at < :until
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 LIMIT :count;

-- name: dearest
-- The answers that cost most, `count` of each group, and with them the one in the middle of it: half of the group's cost no more.
WITH costs AS (
    SELECT CASE WHEN :workflow = 1 THEN e.workflow END AS workflow, CASE WHEN :key = 1 THEN e.key_id END AS key_id,
        CASE WHEN :model = 1 THEN coalesce(b.model, c.model) END AS model,
        CASE WHEN :provider = 1 THEN coalesce(a.account, c.provider) END AS provider,
        CASE WHEN :lane = 1 THEN e.lane END AS lane, e.request_id AS request, 0 AS passage, e.amount, e.at
    FROM ledger e
        LEFT JOIN attempts a ON :provider = 1 AND a.id = e.attempt_id
        LEFT JOIN requests r ON :model = 1 AND r.id = e.request_id
        LEFT JOIN buckets b ON b.id = r.bucket_id
        LEFT JOIN rate_cards c ON :model + :provider > 0 AND c.id = e.card_id
    WHERE (e.owner = :owner OR :owner = '') AND e.at >= :since AND e.at < :until AND e.kind = 'paid' AND e.amount IS NOT NULL
    UNION ALL
    SELECT CASE WHEN :workflow = 1 THEN p.workflow END, CASE WHEN :key = 1 THEN p.key_id END,
        CASE WHEN :model = 1 THEN p.model END, CASE WHEN :provider = 1 THEN p.account END,
        CASE WHEN :lane = 1 THEN coalesce(p.lane, 'realtime') END, 0, p.id, p.amount, p.finished_at
    FROM passages p
    WHERE (p.owner = :owner OR :owner = '') AND p.finished_at >= :since AND p.finished_at < :until AND p.kind = 'paid'
        AND p.amount IS NOT NULL
), ranked AS (
    SELECT costs.*, row_number() OVER (PARTITION BY workflow, key_id, model, provider, lane ORDER BY amount, request, passage) AS place,
        count(*) OVER (PARTITION BY workflow, key_id, model, provider, lane) AS requests
    FROM costs
)
SELECT * FROM ranked WHERE place = (requests + 1) / 2 OR place > requests - :count;

-- name: request
-- Whose a request is, and its names; nothing where it has been purged.
SELECT r.custom_id, j.owner, j.external_id AS job, j.kind FROM requests r JOIN jobs j ON j.id = r.job_id
WHERE r.id = :request AND j.owner <> '';

-- name: passage
SELECT owner, external_id FROM passages WHERE id = :passage;

-- name: extent
-- When an owner's ('': everybody's) first and last money was spent.
SELECT min(first) AS first, max(last) AS last FROM (
    SELECT min(e.at) AS first, max(e.at) AS last FROM ledger e WHERE (e.owner = :owner OR :owner = '')
    UNION ALL
    SELECT min(p.finished_at), max(p.finished_at) FROM passages p WHERE (p.owner = :owner OR :owner = '') AND p.kind IS NOT NULL
) AS both_of;
