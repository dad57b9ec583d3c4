-- name: settled
-- Paid answers to what could wait, by their entries: what they consumed, when they were asked for and how they were served; of an owner, or with an empty one of everybody.
SELECT e.id, e.workflow, e.lane, c.mode, c.provider, a.account, b.model, e.amount, e.input, e.cached, e.cache_write, e.cache_write_1h,
    e.output, e.reasoning, coalesce(k.created_at, j.accepted_at) AS at, a.sent_at, a.finished_at, k.stream, k.digest, y.name AS caller,
    j.external_id AS job
FROM ledger e JOIN attempts a ON a.id = e.attempt_id JOIN requests r ON r.id = e.request_id JOIN buckets b ON b.id = r.bucket_id
JOIN jobs j ON j.id = e.job_id LEFT JOIN calls k ON k.job_id = r.job_id AND k.external_id = r.custom_id
LEFT JOIN keys y ON y.id = k.key_id LEFT JOIN rate_cards c ON c.id = e.card_id
WHERE e.id > :after AND (e.owner = :owner OR :owner = '') AND e.kind = 'paid' AND e.at >= :since ORDER BY e.id LIMIT :count;

-- name: passed
-- The same of calls that were passed on at once.
SELECT p.id, p.workflow, coalesce(p.lane, 'realtime') AS lane, c.mode, c.provider, p.account, p.model, p.amount, p.input, p.cached, p.cache_write,
    p.cache_write_1h, p.output, p.reasoning, p.sent_at AS at, p.sent_at, p.finished_at, NULL AS stream, NULL AS digest, y.name AS caller,
    NULL AS job
FROM passages p LEFT JOIN keys y ON y.id = p.key_id LEFT JOIN rate_cards c ON c.id = p.card_id
WHERE p.id > :after AND (p.owner = :owner OR :owner = '') AND p.kind = 'paid' AND p.sent_at >= :since ORDER BY p.id LIMIT :count;
