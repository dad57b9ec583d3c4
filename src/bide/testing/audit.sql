-- name: tallies
-- What is kept, against what a recount of the requests gives.
SELECT bucket_id, phase, sum(requests) AS requests, sum(tokens) AS tokens FROM (
    SELECT bucket_id, phase, requests, tokens FROM tallies
    UNION ALL
    SELECT r.bucket_id, CASE WHEN r.state = 'succeeded' THEN a.lane ELSE {phase r} END, -1, -(r.input_tokens + r.output_tokens)
    FROM requests r LEFT JOIN attempts a ON a.id = r.settled_by
) AS both_ways GROUP BY bucket_id, phase HAVING sum(requests) <> 0 OR sum(tokens) <> 0 ORDER BY bucket_id, phase;

-- name: copies
-- A second copy carries the one request of its original, which has no other. Of jobs that were purged that cannot be told.
SELECT c.id, c.copy_of, c.copy_chance, c.requests, t.copied, t.requests AS originally FROM batches c LEFT JOIN batches t ON t.id = c.copy_of
WHERE c.copy_of IS NOT NULL AND (t.copied = 0 OR t.copy_of IS NOT NULL OR t.requests <> 1 OR c.requests <> 1 OR c.copy_chance IS NULL OR (
    NOT EXISTS (SELECT 1 FROM events e WHERE e.kind = 'job.purged')
    AND NOT EXISTS (SELECT 1 FROM attempts a JOIN attempts b ON b.request_id = a.request_id WHERE a.id = c.first_attempt AND b.id = t.first_attempt)
)) ORDER BY c.id;

-- name: two_batches
-- A request is in two live batches only where one is the copy of the other.
SELECT a.request_id, count(*) AS batches FROM attempts a JOIN batches t ON t.id = a.batch_id
WHERE a.state IN ('planned', 'sent')
GROUP BY a.request_id
HAVING count(*) > 2 OR (count(*) = 2 AND coalesce(sum(t.copy_of), 0) <> min(t.id)) ORDER BY a.request_id;

-- name: waste_of_copies
-- What a second copy or its original brought after the other had answered is waste for that reason.
SELECT e.id, e.kind, e.reason FROM ledger e JOIN attempts a ON a.id = e.attempt_id JOIN requests r ON r.id = e.request_id
JOIN attempts s ON s.id = r.settled_by
JOIN batches t ON t.id IN (s.batch_id, a.batch_id) AND t.copy_of IN (s.batch_id, a.batch_id)
WHERE s.id <> a.id AND r.state = 'succeeded' AND a.state = 'answered' AND (e.kind <> 'waste' OR e.reason <> 'copy') AND e.at >= r.settled_at
ORDER BY e.id;

-- name: live_attempts
-- A request counts its live attempts: at most one call, and one batch with its second copy or with one flex call.
SELECT r.id, r.live_batches, r.live_calls, sum(CASE WHEN a.lane <> 'realtime' THEN 1 ELSE 0 END) AS batches,
    sum(CASE WHEN a.lane = 'realtime' THEN 1 ELSE 0 END) AS calls
FROM requests r LEFT JOIN attempts a ON a.request_id = r.id AND a.state IN ('planned', 'sent')
GROUP BY r.id, r.live_batches, r.live_calls
HAVING sum(CASE WHEN a.lane <> 'realtime' THEN 1 ELSE 0 END) <> r.live_batches
    OR sum(CASE WHEN a.lane = 'realtime' THEN 1 ELSE 0 END) <> r.live_calls
    OR r.live_batches NOT IN (0, 1, 2) OR r.live_calls NOT IN (0, 1)
ORDER BY r.id;

-- name: settled
-- A final state has its instant, and an answer the attempt it came from.
SELECT r.id, r.state, r.settled_at, r.settled_by, a.state AS attempt_state FROM requests r LEFT JOIN attempts a ON a.id = r.settled_by
WHERE (r.state = 'open') <> (r.settled_at IS NULL)
    OR (r.state = 'succeeded') <> (a.id IS NOT NULL AND a.state = 'answered')
    OR (a.id IS NOT NULL AND a.request_id <> r.id)
ORDER BY r.id;

-- name: paid
-- At most one paid entry a request, and it is for the answer that was taken.
SELECT r.id, r.state, r.settled_by, count(*) AS entries FROM requests r JOIN ledger e ON e.request_id = r.id AND e.kind = 'paid'
GROUP BY r.id, r.state, r.settled_by
HAVING count(*) > 1 OR r.state <> 'succeeded' OR min(e.attempt_id) <> r.settled_by ORDER BY r.id;

-- name: billed_once
-- At most one entry an attempt, suspicions and what takes them back apart.
SELECT attempt_id, count(*) AS entries FROM ledger WHERE kind <> 'suspected' GROUP BY attempt_id HAVING count(*) > 1 ORDER BY attempt_id;

-- name: money
-- A bucket's money, against the entries.
SELECT bucket_id, sum(paid) AS paid, sum(listed) AS listed, sum(wasted) AS wasted, sum(suspected) AS suspected, sum(unpriced) AS unpriced
FROM (
    SELECT id AS bucket_id, paid, listed, wasted, suspected, unpriced FROM buckets
    UNION ALL
    SELECT r.bucket_id, CASE WHEN e.kind = 'paid' THEN -coalesce(e.amount, 0) ELSE 0 END,
        CASE WHEN e.kind = 'paid' THEN -coalesce(e.listed, 0) ELSE 0 END,
        CASE WHEN e.kind = 'waste' THEN -coalesce(e.amount, 0) ELSE 0 END,
        CASE WHEN e.kind = 'suspected' THEN -coalesce(e.amount, 0) ELSE 0 END,
        CASE WHEN e.kind <> 'suspected' AND e.amount IS NULL THEN -1 ELSE 0 END
    FROM ledger e JOIN requests r ON r.id = e.request_id
) AS both_ways GROUP BY bucket_id
HAVING sum(paid) <> 0 OR sum(listed) <> 0 OR sum(wasted) <> 0 OR sum(suspected) <> 0 OR sum(unpriced) <> 0 ORDER BY bucket_id;

-- name: batches
-- What a batch and its shares count, against its attempts. One that is over may have lost some that have been purged.
SELECT t.id, t.requests, (SELECT count(*) FROM attempts a WHERE a.batch_id = t.id) AS attempts,
    (SELECT sum(s.requests) FROM shares s WHERE s.batch_id = t.id) AS shares,
    t.tokens - (SELECT coalesce(sum(r.input_tokens), 0) FROM attempts a JOIN requests r ON r.id = a.request_id WHERE a.batch_id = t.id) AS tokens
FROM batches t
WHERE NOT (t.state = 'harvested' AND EXISTS (SELECT 1 FROM events e WHERE e.kind = 'job.purged')) AND (
    t.requests <> (SELECT count(*) FROM attempts a WHERE a.batch_id = t.id)
    OR t.requests <> (SELECT coalesce(sum(s.requests), 0) FROM shares s WHERE s.batch_id = t.id)
    OR t.tokens <> (SELECT coalesce(sum(r.input_tokens), 0) FROM attempts a JOIN requests r ON r.id = a.request_id WHERE a.batch_id = t.id)
)
ORDER BY t.id;

-- name: harvested
-- A harvested batch holds nothing back.
SELECT a.id, a.state, a.batch_id FROM attempts a JOIN batches t ON t.id = a.batch_id
WHERE t.state = 'harvested' AND a.state IN ('planned', 'sent') ORDER BY a.id;

-- name: answered
-- A promised job is answered exactly when nothing of it is open.
SELECT j.id, j.state, j.answered_at FROM jobs j
WHERE j.state <> 'accepting'
    AND (j.answered_at IS NULL) <> EXISTS (SELECT 1 FROM requests r WHERE r.job_id = j.id AND r.state = 'open')
ORDER BY j.id;

-- name: done
-- It is done exactly when it is answered and nothing of it is in flight.
SELECT j.id, j.state, j.answered_at FROM jobs j
WHERE j.state <> 'accepting' AND (j.state <> 'done') <> (
    j.answered_at IS NULL
    OR EXISTS (
        SELECT 1 FROM batches t JOIN shares s ON s.batch_id = t.id JOIN buckets b ON b.id = s.bucket_id
        WHERE b.job_id = j.id AND t.state <> 'harvested'
    )
    OR EXISTS (SELECT 1 FROM attempts a JOIN requests r ON r.id = a.request_id WHERE r.job_id = j.id AND a.state = 'sent' AND a.batch_id IS NULL)
) ORDER BY j.id;

-- name: owners
-- What belongs together belongs to one owner.
SELECT a.id FROM attempts a JOIN requests r ON r.id = a.request_id JOIN buckets b ON b.id = r.bucket_id JOIN jobs j ON j.id = r.job_id
WHERE a.owner <> r.owner OR r.owner <> b.owner OR r.owner <> j.owner
UNION ALL SELECT e.id FROM ledger e JOIN jobs j ON j.id = e.job_id WHERE e.owner <> j.owner
UNION ALL SELECT j.id FROM jobs j JOIN keys k ON k.id = j.key_id WHERE k.owner <> j.owner;

-- name: payers
-- An entry is paid by the key of its job.
SELECT e.id FROM ledger e JOIN jobs j ON j.id = e.job_id WHERE coalesce(e.key_id, 0) <> coalesce(j.key_id, 0) ORDER BY e.id;

-- name: reserved
-- Nothing is reserved for what is settled.
SELECT id, state, reserved FROM requests WHERE reserved < 0 OR (reserved > 0 AND state <> 'open') ORDER BY id;

-- name: spending
-- A key has at least reserved what its open requests and its calls under way need, and spent what its entries and the calls
-- that were passed on at once say. There may be more of both: what is reserved for nothing in particular, and answers whose price is unknown.
SELECT key_id, sum(reserved) AS reserved, sum(spent) AS spent FROM (
    SELECT key_id, reserved, spent FROM spending WHERE length(period) = 7
    UNION ALL SELECT j.key_id, -r.reserved, 0 FROM requests r JOIN jobs j ON j.id = r.job_id WHERE j.key_id IS NOT NULL
    UNION ALL SELECT key_id, -reserved, 0 FROM passages WHERE key_id IS NOT NULL AND state = 'sent'
    UNION ALL SELECT key_id, 0, -coalesce(amount, 0) FROM passages WHERE key_id IS NOT NULL AND kind IS NOT NULL
    UNION ALL SELECT j.key_id, 0, -coalesce(e.amount, 0) FROM ledger e JOIN jobs j ON j.id = e.job_id WHERE j.key_id IS NOT NULL
) AS both_ways GROUP BY key_id HAVING sum(reserved) < 0 OR sum(spent) < 0 ORDER BY key_id;

-- name: periods
-- The days of a key add up to its months.
SELECT key_id, sum(reserved) AS reserved, sum(spent) AS spent FROM (
    SELECT key_id, reserved, spent FROM spending WHERE length(period) = 7
    UNION ALL SELECT key_id, -reserved, -spent FROM spending WHERE length(period) = 10
) AS both_ways GROUP BY key_id HAVING sum(reserved) <> 0 OR sum(spent) <> 0 ORDER BY key_id;

-- name: moves
-- The moves of batches on record, in their order.
SELECT batch_id, kind FROM events WHERE batch_id IS NOT NULL AND kind LIKE 'batch.%' ORDER BY id;

-- name: states
SELECT id, state FROM batches ORDER BY id;
