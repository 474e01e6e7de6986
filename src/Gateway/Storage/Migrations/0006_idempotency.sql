-- Requests that came with an Idempotency-Key: who works on one, and afterwards its answer. Times are microseconds since 1970 in UTC.

create table idempotency (
    key_id           text    not null,
    key_hash         bytea   not null, -- SHA-256 of the header's value
    tenant_id        text    not null,
    endpoint         text    not null,
    body_hash        bytea   not null, -- SHA-256 of the body as it came
    state            text    not null check (state in ('running', 'completed')),
    owner            text    not null, -- the request id of the one that works, or did
    lease_until      bigint  not null, -- until then a running one is believed to be at work
    created_at       bigint  not null,
    expires_at       bigint  not null,

    -- The answer. All null where it was not kept.
    status           bigint,
    content_type     text,
    provider         text,
    model            text,
    amount_nano_usd  bigint,           -- null where the answer's own bytes tell it
    bytes            bigint  not null, -- of the answer
    answer           bytea,
    primary key (key_id, key_hash)
);

create index idempotency_by_expiry on idempotency (expires_at);

-- What a tenant's stored answers weigh together; changes in the transactions that store and remove them.
create table idempotency_usage (
    tenant_id  text    not null primary key,
    bytes      bigint  not null
);
