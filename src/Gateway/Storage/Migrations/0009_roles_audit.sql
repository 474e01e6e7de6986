-- Roles and addresses of keys, secrets that outlive a rotation for a while, tenants that ended, and who changed what.

alter table api_keys add column role text not null default 'member';
alter table api_keys add column allowed_ips text;
alter table api_keys add column last_used_at bigint;
alter table tenants add column deleted_at bigint;

create table retired_secrets (
    hash         bytea   not null primary key,
    key_id       text    not null references api_keys (id),
    works_until  bigint  not null
);

create index retired_secrets_by_key on retired_secrets (key_id);

create table audit (
    id         text    not null primary key,
    at         bigint  not null,
    actor      text    not null,
    role       text    not null,
    address    text,
    action     text    not null,
    tenant_id  text,
    subject    text    not null,
    before     text,
    after      text
);

create index audit_by_tenant on audit (tenant_id, id);
