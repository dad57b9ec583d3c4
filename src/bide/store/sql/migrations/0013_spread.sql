-- Requests that may be served by any account of a name (`placement.accounts` in the settings), and not only by the one they were placed at.
ALTER TABLE buckets ADD COLUMN spread {integer} NOT NULL DEFAULT 0;
