-- What providers have stored for tenants: responses, and the items of their output. Times are microseconds since 1970 in UTC.

create table stored_responses (
    tenant_id       text    not null,
    id              text    not null, -- the provider's, of the response or of the item
    response_id     text    not null, -- the response that it is, or is part of
    model           text    not null, -- as the client named it
    provider        text    not null, -- the deployment that keeps it
    upstream_model  text    not null,
    tokens          bigint  not null, -- what a request weighs more that builds on it, at most
    expires_at      bigint  not null,
    primary key (tenant_id, id)
);

create index stored_responses_by_expiry on stored_responses (expires_at);
create index stored_responses_by_response on stored_responses (tenant_id, response_id);
