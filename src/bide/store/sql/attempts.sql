-- name: claim_waiting
-- Waiting requests of a bucket, to be called now; first those that only a call can answer. Two pages, so that no claim sorts
-- everything that waits.
SELECT r.id, r.object_id, r.start, r.length, r.checksum, r.input_tokens, r.output_tokens, {phase r} AS phase, 0 AS carried_by
FROM requests r WHERE r.id IN (
    SELECT id FROM (
        SELECT id FROM requests
        WHERE bucket_id = :bucket AND state = 'open' AND live_batches = 0 AND live_calls = 0 AND losses >= {most losses}
        ORDER BY id LIMIT :count
    ) AS stubborn
    UNION ALL
    SELECT id FROM (
        SELECT id FROM requests
        WHERE bucket_id = :bucket AND state = 'open' AND live_batches = 0 AND live_calls = 0 AND losses < {most losses}
        ORDER BY id LIMIT :count
    ) AS fresh
) ORDER BY phase, r.id LIMIT :count;

-- name: claim_fresh
-- Waiting requests of a bucket that nothing was lost of, to be asked for in the flex tier.
SELECT r.id, r.object_id, r.start, r.length, r.checksum, r.input_tokens, r.output_tokens, {phase r} AS phase, 0 AS carried_by
FROM requests r
WHERE r.bucket_id = :bucket AND r.state = 'open' AND r.live_batches = 0 AND r.live_calls = 0 AND r.losses < {most losses}
ORDER BY r.id LIMIT :count;

-- name: claim_batched
-- Requests of a bucket that lie unanswered in a batch, to be rescued now.
SELECT r.id, r.object_id, r.start, r.length, r.checksum, r.input_tokens, r.output_tokens, {phase r} AS phase, a.id AS carried_by
FROM attempts a JOIN requests r ON r.id = a.request_id
WHERE a.batch_id = :batch AND a.id > :after AND a.id BETWEEN :first AND :last
    AND a.state IN ('planned', 'sent') AND r.bucket_id = :bucket AND r.state = 'open' AND r.live_calls = 0
ORDER BY a.id LIMIT :count;

-- name: claim_beside
-- Requests of a bucket that lie unanswered in a batch, to be asked for in the flex tier beside it.
SELECT r.id, r.object_id, r.start, r.length, r.checksum, r.input_tokens, r.output_tokens, {phase r} AS phase, a.id AS carried_by
FROM attempts a JOIN requests r ON r.id = a.request_id
WHERE a.batch_id = :batch AND a.id > :after AND a.id BETWEEN :first AND :last
    AND a.state IN ('planned', 'sent') AND r.bucket_id = :bucket AND r.state = 'open' AND r.live_calls = 0 AND r.live_batches = 1
ORDER BY a.id LIMIT :count;

-- name: claim_flexing
-- Requests of a bucket that are in flight in the flex tier, to be called in real time: their last safe moment has come. The plus
-- sign keeps SQLite on the index of what is in flight.
SELECT r.id, r.object_id, r.start, r.length, r.checksum, r.input_tokens, r.output_tokens, {phase r} AS phase, a.id AS carried_by
FROM attempts a JOIN requests r ON r.id = a.request_id
WHERE a.state = 'sent' AND a.batch_id IS NULL AND a.lane = 'flex' AND r.bucket_id = :bucket AND r.state = 'open'
    AND r.live_calls = 0
ORDER BY +a.id LIMIT :count;

-- name: flexing
-- By bucket, how many open requests are in flight in the flex tier, and in no other call.
SELECT r.bucket_id, count(*) AS requests FROM attempts a JOIN requests r ON r.id = a.request_id
WHERE a.state = 'sent' AND a.batch_id IS NULL AND a.lane = 'flex' AND r.state = 'open' AND r.live_calls = 0
GROUP BY r.bucket_id ORDER BY r.bucket_id;

-- name: lock_batch
-- Before requests of a batch are called: it counts them.
SELECT id FROM batches WHERE id = :batch {lock batches};

-- name: newest
SELECT coalesce(max(id), 0) AS id FROM attempts;

-- name: call
-- The intent of a call, committed before it is made.
INSERT INTO attempts (owner, request_id, lane, account, state, holder, lease_until, sent_at)
VALUES (:owner, :request, :lane, :account, 'sent', :holder, :lease_until, :now);

-- name: called
-- The calls of a bucket since then.
SELECT a.id, a.request_id FROM attempts a JOIN requests r ON r.id = a.request_id
WHERE a.id > :after AND a.batch_id IS NULL AND r.bucket_id = :bucket;

-- name: mark_called
-- Their requests are being called now.
UPDATE requests SET live_calls = 1 WHERE bucket_id = :bucket AND id IN (
    SELECT request_id FROM attempts WHERE id > :after AND batch_id IS NULL
);

-- name: mark_flexed
-- Their requests are asked for in the flex tier: like in a batch, an answer may come, and costs half.
UPDATE requests SET live_batches = live_batches + 1 WHERE bucket_id = :bucket AND id IN (
    SELECT request_id FROM attempts WHERE id > :after AND batch_id IS NULL
);

-- name: rescued
UPDATE batches SET rescued = rescued + :requests WHERE id = :batch;

-- name: renew
UPDATE attempts SET lease_until = :lease_until WHERE holder = :holder AND state = 'sent' AND batch_id IS NULL;

-- name: orphans
-- Calls whose caller is gone: nobody can tell what became of them.
SELECT a.id, a.request_id, a.account, r.length, r.output_tokens, b.model FROM attempts a
JOIN requests r ON r.id = a.request_id JOIN buckets b ON b.id = r.bucket_id
WHERE a.state = 'sent' AND a.batch_id IS NULL AND (a.holder = :holder OR a.lease_until <= :now)
ORDER BY a.lease_until, a.id LIMIT :count;

-- name: next_lease
-- When the next lease of a call runs out.
SELECT min(lease_until) AS at FROM attempts WHERE state = 'sent' AND batch_id IS NULL;

-- name: unlanded
-- Attempts of a batch about which nothing has been reported.
SELECT id FROM attempts WHERE batch_id = :batch AND id > :after AND id <= :last AND state IN ('planned', 'sent')
ORDER BY id LIMIT :count;

-- name: clear_landing
DELETE FROM landing;

-- name: clear_moved
DELETE FROM moved;

-- name: load
-- Stage what arrived; of an attempt reported twice the first report counts.
INSERT INTO landing VALUES (
    :attempt, :verdict, :permanent, :status, :code, :message, :object_id, :start, :length, :checksum,
    :input, :cached, :cache_write, :output, :reasoning, :cache_write_1h, :billed, :card, :amount, :listed,
    :sent_at, :first_token_at, :finished_at
) ON CONFLICT (attempt_id) DO NOTHING;

-- name: lock_batched
-- Before anything of a batch lands: the buckets its requests are from.
SELECT b.id FROM buckets b WHERE b.id IN (SELECT bucket_id FROM shares WHERE batch_id = :batch) ORDER BY b.id {lock b};

-- name: lock_called
-- Before calls land: the buckets their requests are from.
SELECT b.id FROM buckets b WHERE b.id IN (
    SELECT r.bucket_id FROM landing l JOIN attempts a ON a.id = l.attempt_id JOIN requests r ON r.id = a.request_id
) ORDER BY b.id {lock b};

-- name: resolve
-- Work out what each report means for its request: the first answer wins, an error may be tried again, the rest
-- goes back to the queue. An attempt that has ended already is left alone, and so is one of another batch (0: a call).
-- CROSS JOIN keeps SQLite from reading every attempt to find the few that landed.
INSERT INTO moved
SELECT l.attempt_id, r.owner, r.job_id, r.bucket_id, r.id, r.input_tokens + r.output_tokens, a.lane, a.state, l.verdict,
    r.state,
    CASE
        WHEN r.state <> 'open' THEN r.state
        WHEN l.verdict = 'answered' THEN 'succeeded'
        WHEN l.verdict = 'errored' AND (l.permanent = 1 OR r.errors + 1 >= :most_errors) THEN 'failed'
        ELSE 'open'
    END,
    r.live_batches - CASE WHEN a.lane IN ('batch', 'flex') AND a.state <> 'lost' THEN 1 ELSE 0 END,
    r.live_calls - CASE WHEN a.lane = 'realtime' AND a.state <> 'lost' THEN 1 ELSE 0 END,
    {phase r},
    CASE
        WHEN r.losses + CASE WHEN l.verdict = 'lost' THEN 1 ELSE 0 END >= {most losses} THEN 'stubborn' ELSE 'waiting' END,
    CASE
        WHEN l.billed = 0 THEN NULL
        WHEN l.billed = 2 THEN 'suspected'
        WHEN l.verdict = 'answered' AND r.state = 'open' THEN 'paid'
        ELSE 'waste'
    END,
    CASE
        WHEN l.verdict = 'lost' THEN 'no reply came'
        WHEN l.billed = 2 THEN 'the provider failed'
        WHEN l.verdict = 'errored' THEN 'answered with an error'
        WHEN r.state = 'succeeded' AND EXISTS (
            SELECT 1 FROM attempts s JOIN batches t ON t.id IN (s.batch_id, a.batch_id) AND t.copy_of IN (s.batch_id, a.batch_id)
            WHERE s.id = r.settled_by
        ) THEN 'copy'
        WHEN r.state = 'succeeded' THEN 'answered twice'
        WHEN r.state <> 'open' THEN 'answered after it was ' || r.state
    END,
    l.amount, l.listed,
    CASE WHEN r.likeness IS NOT NULL AND r.state = 'open' AND l.verdict = 'answered' AND a.lane <> 'cache' THEN 1 ELSE 0 END
FROM landing l CROSS JOIN attempts a CROSS JOIN requests r
WHERE a.id = l.attempt_id AND r.id = a.request_id AND coalesce(a.batch_id, 0) = :batch
    AND (a.state IN ('planned', 'sent') OR (a.state = 'lost' AND l.verdict IN ('answered', 'errored')))
ORDER BY r.id;

-- name: move_attempts
UPDATE attempts SET state = l.verdict, status = l.status, code = l.code, message = l.message, object_id = l.object_id, start = l.start,
    length = l.length, checksum = l.checksum, amount = l.amount, sent_at = coalesce(l.sent_at, attempts.sent_at),
    first_token_at = l.first_token_at, finished_at = l.finished_at, lease_until = NULL
FROM moved m JOIN landing l ON l.attempt_id = m.attempt_id WHERE attempts.id = m.attempt_id;

-- name: move_requests
UPDATE requests SET state = m.request_after, live_batches = m.live_batches, live_calls = m.live_calls,
    errors = requests.errors + CASE WHEN m.verdict = 'errored' THEN 1 ELSE 0 END,
    losses = requests.losses + CASE WHEN m.verdict = 'lost' THEN 1 ELSE 0 END,
    settled_by = CASE WHEN m.request_before = 'open' AND m.request_after <> 'open' THEN m.attempt_id ELSE requests.settled_by END,
    settled_at = CASE WHEN m.request_before = 'open' AND m.request_after <> 'open' THEN :now ELSE requests.settled_at END
FROM moved m WHERE requests.id = m.request_id;

-- name: clear_suspicion
-- The call was answered after all: take the suspected entry back.
INSERT INTO ledger (owner, job_id, workflow, request_id, attempt_id, lane, kind, reason, amount, listed, card_id,
    input, cached, cache_write, output, reasoning, cache_write_1h, at, key_id)
SELECT e.owner, e.job_id, e.workflow, e.request_id, e.attempt_id, e.lane, 'suspected', 'it was answered', -e.amount, -e.listed, e.card_id,
    -e.input, -e.cached, -e.cache_write, -e.output, -e.reasoning, -e.cache_write_1h, :now, e.key_id
FROM moved m JOIN ledger e ON e.attempt_id = m.attempt_id AND e.kind = 'suspected' WHERE m.was = 'lost';

-- name: enter
-- One entry per billed attempt.
INSERT INTO ledger (owner, job_id, workflow, request_id, attempt_id, lane, kind, reason, amount, listed, card_id,
    input, cached, cache_write, output, reasoning, cache_write_1h, at, key_id)
SELECT m.owner, m.job_id, j.workflow, m.request_id, m.attempt_id, m.lane, m.entry, m.reason, l.amount, l.listed, l.card_id,
    l.input, l.cached, l.cache_write, l.output, l.reasoning, l.cache_write_1h, :now, j.key_id
FROM moved m JOIN landing l ON l.attempt_id = m.attempt_id JOIN jobs j ON j.id = m.job_id
WHERE m.entry IS NOT NULL ORDER BY m.attempt_id;

-- name: totals
-- What moved, by bucket and phase, the money in it, and whose it is. CROSS JOIN makes SQLite look a job up for each group, not
-- for each row.
SELECT t.*, j.key_id FROM (
SELECT m.bucket_id, m.job_id, m.lane, m.was, m.phase_before, m.phase_idle, m.request_before, m.request_after, m.live_batches, m.live_calls, m.entry,
    count(*) AS requests, sum(m.tokens) AS tokens, sum(m.amount) AS amount, sum(m.listed) AS listed,
    sum(CASE WHEN m.amount IS NULL THEN 1 ELSE 0 END) AS unpriced, max(m.keeps) AS keeps
FROM moved m
GROUP BY m.bucket_id, m.job_id, m.lane, m.was, m.phase_before, m.phase_idle, m.request_before, m.request_after, m.live_batches, m.live_calls, m.entry
) AS t CROSS JOIN jobs j WHERE j.id = t.job_id
ORDER BY t.bucket_id, t.lane, t.was, t.phase_before, t.phase_idle, t.request_after, t.live_batches, t.live_calls, t.entry;

-- name: lifted
-- Suspicions that were taken back just now, by bucket and by the day on which they were entered.
SELECT m.bucket_id, m.job_id, e.at / 86400000000 AS day, sum(e.amount) AS amount FROM moved m
JOIN ledger e ON e.attempt_id = m.attempt_id AND e.kind = 'suspected' AND e.amount > 0
WHERE m.was = 'lost' GROUP BY m.bucket_id, m.job_id, e.at / 86400000000 ORDER BY m.bucket_id, m.job_id, e.at / 86400000000;

-- name: spend
-- Add to a bucket's money.
UPDATE buckets SET paid = paid + :paid, listed = listed + :listed, wasted = wasted + :wasted, suspected = suspected + :suspected,
    unpriced = unpriced + :unpriced
WHERE id = :bucket;

-- name: keep
-- A response that came by itself.
INSERT INTO answers (attempt_id, response) VALUES (:attempt, :response) ON CONFLICT (attempt_id) DO NOTHING;
