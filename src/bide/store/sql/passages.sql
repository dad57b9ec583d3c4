-- name: insert
-- A call is about to be passed on.
INSERT INTO passages (
    external_id, owner, key_id, workflow, path, account, model, urgency, state, holder, body_bytes, output_tokens, reserved, sent_at
) VALUES (
    :external_id, :owner, :key, :workflow, :path, :account, :model, :urgency, 'sent', :holder, :body_bytes, :output_tokens,
    :reserved, :sent_at
);

-- name: clear_ended
DELETE FROM ended;

-- name: load
-- What became of one. Of an end that is told twice the first one counts.
INSERT INTO ended (
    external_id, state, first_token_at, finished_at, status, code, kind, amount, listed, card_id,
    input, cached, cache_write, output, reasoning, cache_write_1h
) VALUES (
    :external_id, :state, :first_token_at, :finished_at, :status, :code, :kind, :amount, :listed, :card,
    :input, :cached, :cache_write, :output, :reasoning, :cache_write_1h
) ON CONFLICT (external_id) DO NOTHING;

-- name: lock_ended
SELECT passages.id FROM passages JOIN ended ON ended.external_id = passages.external_id
WHERE passages.state = 'sent' ORDER BY passages.id {lock passages};

-- name: settling
-- What the ends give back to the budgets of their keys, by the day of the call, and spend there, by the day of the end. An
-- answer of unknown price counts at what was reserved. CROSS JOIN keeps SQLite from reading every passage there ever was.
SELECT passages.key_id, passages.sent_at / :day AS sent_on, ended.finished_at / :day AS finished_on,
    SUM(passages.reserved) AS reserved,
    SUM(CASE WHEN ended.kind IS NULL THEN 0 ELSE COALESCE(ended.amount, passages.reserved) END) AS spent
FROM ended CROSS JOIN passages
WHERE passages.external_id = ended.external_id AND passages.state = 'sent' AND passages.key_id IS NOT NULL
GROUP BY 1, 2, 3;

-- name: end
-- What became of them, once. That they are among the ended is said twice: so SQLite looks them up.
UPDATE passages SET state = ended.state, holder = NULL, first_token_at = ended.first_token_at,
    finished_at = ended.finished_at, status = ended.status, code = ended.code, kind = ended.kind, amount = ended.amount,
    listed = ended.listed, card_id = ended.card_id, input = ended.input, cached = ended.cached, cache_write = ended.cache_write,
    output = ended.output, reasoning = ended.reasoning, cache_write_1h = ended.cache_write_1h
FROM ended WHERE passages.external_id = ended.external_id AND passages.state = 'sent'
    AND passages.external_id IN (SELECT external_id FROM ended);

-- name: orphans
-- Calls of a gateway that is gone.
SELECT * FROM passages WHERE holder = :holder ORDER BY id LIMIT :count;

-- name: holders
SELECT DISTINCT holder FROM passages WHERE holder IS NOT NULL;

-- name: find
SELECT * FROM passages WHERE owner = :owner AND external_id = :external_id;
