-- Who is told about what, how that went, and what providers tell us.

-- Where somebody's events go. What follows the path of the address is not kept here: it may be a password, or an id of its own
-- for each event.
CREATE TABLE webhook_endpoints (
    id {id},
    owner TEXT NOT NULL,
    external_id TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    created_at {integer} NOT NULL,
    disabled_at {integer},              -- since when it is gone: it said so itself (410)
    UNIQUE (owner, url)
) {strict};

-- What events to an endpoint are signed with, encrypted under the key file.
CREATE TABLE webhook_secrets (
    id {id},
    owner TEXT NOT NULL,
    endpoint_id {integer} NOT NULL {references webhook_endpoints},
    sealed TEXT NOT NULL,
    created_at {integer} NOT NULL,
    expires_at {integer}                -- replaced, and signing beside its successor until then; NULL: the current one
) {strict};
CREATE INDEX webhook_secrets_by_endpoint ON webhook_secrets (endpoint_id);
CREATE UNIQUE INDEX webhook_secrets_current ON webhook_secrets (endpoint_id) WHERE expires_at IS NULL;

-- The outbox carries news too: `kind` is webhook or email then, and `event_id` the name under which it arrives however often.
-- `request_id` is the one request that it is about, NULL for the whole job.
ALTER TABLE deliveries ADD COLUMN request_id {integer};
ALTER TABLE deliveries ADD COLUMN endpoint_id {integer};
ALTER TABLE deliveries ADD COLUMN event_id TEXT;
ALTER TABLE deliveries ADD COLUMN given_up_at {integer};
CREATE INDEX deliveries_by_job ON deliveries (job_id);
CREATE INDEX deliveries_awaiting ON deliveries (job_id, request_id)
    WHERE request_id IS NOT NULL AND due_at IS NULL AND delivered_at IS NULL AND given_up_at IS NULL;
CREATE INDEX deliveries_by_endpoint ON deliveries (endpoint_id, id) WHERE endpoint_id IS NOT NULL;
CREATE UNIQUE INDEX deliveries_by_event ON deliveries (event_id) WHERE event_id IS NOT NULL;

-- Every try of a delivery that is news.
CREATE TABLE delivery_tries (
    id {id},
    owner TEXT NOT NULL,
    delivery_id {integer} NOT NULL {references deliveries},
    at {integer} NOT NULL,
    duration {integer} NOT NULL,
    status {integer},                   -- what the other side answered; NULL: nothing
    error TEXT                          -- NULL: it arrived
) {strict};
CREATE INDEX delivery_tries_by_delivery ON delivery_tries (delivery_id);

-- Which webhooks of providers have been heard: a second time they are nothing new.
CREATE TABLE heard (
    account TEXT NOT NULL,
    event_id TEXT NOT NULL,
    at {integer} NOT NULL,
    PRIMARY KEY (account, event_id)
) {strict};
CREATE INDEX heard_by_age ON heard (at);
