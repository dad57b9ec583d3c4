-- Message batches, as Anthropic's clients hand them in: each is a job, and this is what its caller knows it by.

CREATE TABLE message_batches (
    id {id},                            -- ascends with the time of the create: the order of lists
    external_id TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    job_id {integer} NOT NULL {references jobs},
    digest {bytes} NOT NULL,            -- of who sent it and what: the same again may be a retry
    idempotency_key TEXT,
    created_at {integer} NOT NULL,
    holder TEXT,                        -- the gateway that is about to tell its id; NULL: none is
    delivered_at {integer},             -- when somebody was told
    deleted_at {integer}
) {strict};
CREATE UNIQUE INDEX message_batches_by_idempotency_key ON message_batches (owner, idempotency_key)
    WHERE idempotency_key IS NOT NULL;
CREATE INDEX message_batches_by_owner ON message_batches (owner, id);
CREATE INDEX message_batches_undelivered ON message_batches (digest) WHERE delivered_at IS NULL AND deleted_at IS NULL;
CREATE INDEX message_batches_held ON message_batches (holder) WHERE holder IS NOT NULL;
