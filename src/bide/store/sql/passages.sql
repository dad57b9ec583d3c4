-- name: insert
-- A call is about to be passed on.
INSERT INTO passages (
    external_id, owner, key_id, workflow, path, account, model, urgency, state, holder, body_bytes, output_tokens, reserved, sent_at
) VALUES (
    :external_id, :owner, :key, :workflow, :path, :account, :model, :urgency, 'sent', :holder, :body_bytes, :output_tokens,
    :reserved, :sent_at
);

-- name: end
-- What became of it, once; what was reserved for it is to be settled by who gets the row.
UPDATE passages SET state = :state, holder = NULL, first_token_at = :first_token_at, finished_at = :finished_at,
    status = :status, code = :code, kind = :kind, amount = :amount, card_id = :card, input = :input, cached = :cached,
    cache_write = :cache_write, output = :output, reasoning = :reasoning, cache_write_1h = :cache_write_1h
WHERE external_id = :external_id AND state = 'sent' RETURNING key_id, reserved, sent_at;

-- name: orphans
-- Calls of a gateway that is gone.
SELECT * FROM passages WHERE holder = :holder ORDER BY id LIMIT :count;

-- name: holders
SELECT DISTINCT holder FROM passages WHERE holder IS NOT NULL;

-- name: find
SELECT * FROM passages WHERE owner = :owner AND external_id = :external_id;
