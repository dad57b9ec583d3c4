-- Why requests went where they went: one row a batch, one a claim of calls, and one whenever what holds a bucket changes. Kept
-- is what nobody could work out again: the rule, and the numbers of that instant.
CREATE TABLE decisions (
    id {id},
    owner TEXT NOT NULL,
    bucket_id {integer} {references buckets},
    batch_id {integer} {references batches}, -- the batch that was made; NULL: no batch was
    first_attempt {integer},            -- calls: the attempts that were claimed together; NULL: no calls
    last_attempt {integer},
    at {integer} NOT NULL,
    action TEXT NOT NULL,               -- batch | call | hold
    rule TEXT NOT NULL,
    safe_until {integer},               -- the last safe moment of the first of them; NULL: they are not rescued
    numbers TEXT NOT NULL               -- JSON
) {strict};
CREATE INDEX decisions_by_bucket ON decisions (bucket_id, last_attempt);
CREATE INDEX decisions_by_batch ON decisions (batch_id) WHERE batch_id IS NOT NULL;
