-- What came lately, so that bursts are known: found by the instant of its acceptance.
CREATE INDEX jobs_by_acceptance ON jobs (accepted_at) WHERE accepted_at IS NOT NULL;
