-- Times are microseconds since 1970 in UTC. The types are PostgreSQL's; SQLite takes them by affinity.

create table tenants (
    id          text    not null primary key,
    name        text    not null,
    tier        text,
    limits      text,
    disconnect  text    not null,
    created_at  bigint  not null
);

create table api_keys (
    id              text    not null primary key,
    tenant_id       text    not null references tenants (id),
    name            text    not null,
    hash            bytea   not null unique,
    prefix          text    not null,
    limits          text,
    allowed_models  text,
    expires_at      bigint,
    created_at      bigint  not null,
    revoked_at      bigint
);

create index api_keys_by_tenant on api_keys (tenant_id, id);

-- One row. Its lock orders the writers, so that a reader never sees a later change before an earlier one.
create table change_counter (
    id    bigint not null primary key check (id = 1),
    last  bigint not null
);

insert into change_counter (id, last) values (1, 0);

create table changes (
    sequence    bigint  not null primary key,
    kind        text    not null,
    subject_id  text    not null,
    at          bigint  not null
);
