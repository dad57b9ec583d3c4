-- Answers that stand for exact repeats of their requests, where that is switched on.

-- What a request has in common with its exact repeats; NULL: it is not to be answered from what is kept, and its answer is not kept.
ALTER TABLE requests ADD COLUMN likeness {bytes};
-- How old an answer to it may be, and how long its own stands for others, in microseconds.
ALTER TABLE requests ADD COLUMN kept_for {integer};

-- Requests above this id are still to be looked up among what is kept; NULL: none.
ALTER TABLE buckets ADD COLUMN seek_from {integer};

-- The last answer for each likeness: where it lies, and what it cost. The answer itself is not copied.
CREATE TABLE kept_answers (
    owner TEXT NOT NULL,
    likeness {bytes} NOT NULL,
    request_id {integer} {references requests}, -- whose answer it is; NULL: that of a call that was passed on
    object_id {integer} NOT NULL {references objects},
    start {integer} NOT NULL,
    length {integer} NOT NULL,
    checksum {integer} NOT NULL,
    card_id {integer} {references rate_cards},
    listed {integer},                   -- what it cost at list price; NULL: unknown
    input {integer} NOT NULL,
    cached {integer} NOT NULL,
    cache_write {integer} NOT NULL,
    output {integer} NOT NULL,
    reasoning {integer} NOT NULL,
    cache_write_1h {integer} NOT NULL,
    kept_at {integer} NOT NULL,
    until {integer} NOT NULL,
    PRIMARY KEY (owner, likeness)
) {strict};
CREATE INDEX kept_answers_by_request ON kept_answers (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX kept_answers_by_object ON kept_answers (object_id);
CREATE INDEX kept_answers_by_end ON kept_answers (until);

-- An object of kind `held` stays for as long as a kept answer or an attempt outside a batch points into it.
CREATE INDEX objects_held ON objects (id) WHERE kind = 'held';
CREATE INDEX attempts_holding ON attempts (object_id) WHERE batch_id IS NULL AND object_id IS NOT NULL;

-- The lane that answered a call that could not wait; NULL: real time.
ALTER TABLE passages ADD COLUMN lane TEXT;

-- What a create said about answers for exact repeats, in microseconds; NULL: nothing.
ALTER TABLE served_batches ADD COLUMN kept_for {integer};
