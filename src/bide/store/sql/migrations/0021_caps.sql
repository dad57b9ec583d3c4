-- What a job's cap is reckoned with, by bucket: the most that a token of a request may cost, in 1e-15 USD. What a job without a
-- cap spends is bounded by nothing, and stands here nowhere.
CREATE TABLE caps (
    bucket_id {integer} NOT NULL PRIMARY KEY {references buckets},
    job_id {integer} NOT NULL {references jobs},
    input {integer} NOT NULL,
    output {integer} NOT NULL
) {strict};
CREATE INDEX caps_by_job ON caps (job_id);
