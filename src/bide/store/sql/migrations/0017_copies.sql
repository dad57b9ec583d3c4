-- A batch of one request may have a second copy: another batch with an attempt of the same request. Two of a batch there are never.
ALTER TABLE batches ADD COLUMN copy_of {integer} {references batches};
ALTER TABLE batches ADD COLUMN copied {integer} NOT NULL DEFAULT 0;
-- In thousandths, the chance to come back in time with which a copy was made: what is expected of copies, against what they achieve.
ALTER TABLE batches ADD COLUMN copy_chance {integer};
CREATE UNIQUE INDEX batches_by_original ON batches (copy_of) WHERE copy_of IS NOT NULL;
