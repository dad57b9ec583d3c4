-- What money reports go by. Entries stay when their jobs go, so they say themselves which key paid.
ALTER TABLE ledger ADD COLUMN key_id {integer} {references keys};
UPDATE ledger SET key_id = (SELECT j.key_id FROM jobs j WHERE j.id = ledger.job_id)
WHERE job_id IN (SELECT id FROM jobs WHERE key_id IS NOT NULL);

-- The same tokens at list price; NULL: that is unknown. What was sold as usual was sold at list price.
ALTER TABLE passages ADD COLUMN listed {integer};
UPDATE passages SET listed = amount WHERE card_id IN (SELECT id FROM rate_cards WHERE mode = 'standard');
