-- Times are microseconds since 1970 in UTC.

-- A tenant's distinct contents. The id names the stored bytes, and is never used again: a content that is deleted and uploaded anew has another.
create table file_contents (
    id         text     not null primary key,
    tenant_id  text     not null references tenants (id),
    sha256     text     not null,
    bytes      bigint   not null,
    format     text     not null,
    width      bigint   not null,
    height     bigint   not null,
    animated   boolean  not null,
    unique (tenant_id, sha256)
);

create table files (
    id          text    not null primary key,
    tenant_id   text    not null references tenants (id),
    content_id  text    not null references file_contents (id),
    filename    text    not null,
    purpose     text    not null,
    created_at  bigint  not null,
    expires_at  bigint
);

create index files_by_tenant on files (tenant_id, created_at, id);
create index files_by_content on files (content_id);
create index files_by_expiry on files (expires_at) where expires_at is not null;

-- What a tenant's files weigh together. Whoever adds or removes a file changes this row first: its lock orders them.
create table file_usage (
    tenant_id  text    not null primary key references tenants (id),
    files      bigint  not null,
    bytes      bigint  not null
);

-- The bytes of contents where PostgreSQL is the store; beside SQLite they lie in the data directory.
create table file_chunks (
    content_id  text    not null,
    number      bigint  not null,
    data        bytea   not null,
    primary key (content_id, number)
);
