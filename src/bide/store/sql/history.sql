-- name: deferred
-- Calls that may wait, newest first, from before an instant and an id on. A filter that is not given fits.
SELECT c.external_id, c.created_at AS at, c.path, c.model, c.urgency, c.deadline, c.key_id, r.state, r.settled_at, j.workflow,
    j.external_id AS job, b.account, a.lane, a.amount
FROM calls c JOIN requests r ON r.job_id = c.job_id AND r.custom_id = c.external_id
JOIN jobs j ON j.id = c.job_id JOIN buckets b ON b.id = r.bucket_id LEFT JOIN attempts a ON a.id = r.settled_by
WHERE c.owner = :owner AND c.created_at <= :at AND (c.created_at < :at OR c.external_id < :external_id)
    AND r.state = coalesce(:state, r.state) AND c.model = coalesce(:model, c.model)
    AND j.external_id = coalesce(:job, j.external_id) AND coalesce(j.workflow, '') = coalesce(:workflow, j.workflow, '')
    AND coalesce(a.lane, '') = coalesce(:lane, a.lane, '')
ORDER BY c.created_at DESC, c.external_id DESC LIMIT :count;

-- name: passed
-- The same of calls that were passed on at once; `state` is what it would be of a request.
SELECT * FROM (
    SELECT p.external_id, p.owner, p.sent_at AS at, p.path, p.model, p.urgency, p.key_id, p.workflow, p.account, p.amount,
        coalesce(p.lane, 'realtime') AS lane, p.finished_at AS settled_at,
        CASE p.state WHEN 'sent' THEN 'open' WHEN 'answered' THEN 'succeeded' ELSE 'failed' END AS state
    FROM passages p
) p
WHERE p.owner = :owner AND p.at <= :at AND (p.at < :at OR p.external_id < :external_id)
    AND p.state = coalesce(:state, p.state) AND p.model = coalesce(:model, p.model)
    AND coalesce(p.workflow, '') = coalesce(:workflow, p.workflow, '') AND p.lane = coalesce(:lane, p.lane)
ORDER BY p.at DESC, p.external_id DESC LIMIT :count;

-- name: deferred_at
SELECT created_at AS at FROM calls WHERE owner = :owner AND external_id = :external_id;

-- name: passed_at
SELECT sent_at AS at FROM passages WHERE owner = :owner AND external_id = :external_id;

-- name: attempts
-- Everything that was tried for a request, in this order.
SELECT a.id, a.lane, a.account, a.state, a.sent_at, a.first_token_at, a.finished_at, a.status, a.code, a.message, a.amount,
    t.external_id AS batch, t.provider_id, t.submitted_at
FROM attempts a LEFT JOIN batches t ON t.id = a.batch_id
WHERE a.owner = :owner AND a.request_id = :request ORDER BY a.id;

-- name: entries
-- What a request was charged, with the cards it was charged by.
SELECT e.kind, e.reason, e.lane, e.amount, e.listed, e.input, e.cached, e.cache_write, e.output, e.reasoning, e.cache_write_1h,
    c.card
FROM ledger e LEFT JOIN rate_cards c ON c.id = e.card_id
WHERE e.owner = :owner AND e.job_id = :job AND e.request_id = :request ORDER BY e.id;

-- name: card
SELECT card FROM rate_cards WHERE id = :card;

-- name: jobs
-- Accepted jobs, newest first.
SELECT * FROM jobs
WHERE owner = :owner AND id < :before AND state <> 'accepting' AND state = coalesce(:state, state)
    AND kind = coalesce(:kind, kind)
ORDER BY id DESC LIMIT :count;

-- name: workload
-- Everything that was asked for, in the order it came: when, by when it was wanted (NULL: at once), how long it was. What is tried
-- again by a job of its own is not counted twice. `output_tokens` is NULL where there is no answer.
SELECT coalesce(c.created_at, j.accepted_at) AS at, coalesce(c.deadline, j.deadline) AS deadline, j.workflow,
    coalesce(e.input, r.input_tokens) AS input_tokens, e.output AS output_tokens, r.output_tokens AS output_limit, r.id
FROM requests r JOIN jobs j ON j.id = r.job_id LEFT JOIN calls c ON c.job_id = r.job_id AND c.external_id = r.custom_id
LEFT JOIN ledger e ON e.attempt_id = r.settled_by AND e.kind = 'paid'
WHERE j.accepted_at >= :since AND j.kind <> 'retry'
UNION ALL
SELECT p.sent_at, NULL, p.workflow, p.input, p.output, p.output_tokens, p.id
FROM passages p WHERE p.sent_at >= :since AND p.state = 'answered'
ORDER BY at, id LIMIT :count;

-- name: reasoned
-- Of the latest paid answers and the latest calls that were passed on, by account and model: how many they were, their output tokens, and
-- how many of these were reasoning; of everybody, or of an owner.
SELECT account, model, count(*) AS answers, sum(output) AS output, sum(reasoning) AS reasoning FROM (
    SELECT a.account, b.model, e.output, e.reasoning
    FROM (SELECT owner, attempt_id, output, reasoning FROM ledger WHERE kind = 'paid' ORDER BY id DESC LIMIT :count) e
    JOIN attempts a ON a.id = e.attempt_id JOIN requests r ON r.id = a.request_id JOIN buckets b ON b.id = r.bucket_id
    WHERE e.owner = coalesce(:owner, e.owner)
    UNION ALL
    SELECT p.account, p.model, p.output, p.reasoning
    FROM (
        SELECT owner, account, model, output, reasoning FROM passages WHERE state = 'answered' ORDER BY id DESC LIMIT :count
    ) p WHERE p.owner = coalesce(:owner, p.owner)
) answered GROUP BY account, model ORDER BY account, model;
