-- Money is an integer of nano-dollars. Times are microseconds since 1970 in UTC.

alter table tenants add column mode text not null default 'postpaid';
alter table tenants add column monthly_budget_nano_usd bigint;
alter table api_keys add column monthly_budget_nano_usd bigint;

-- Whether a row is paid from its tenant's balance; and for a row that takes money of another back, which, as the how-manieth of it, and why.
alter table ledger add column prepaid boolean not null default false;
alter table ledger add column reverses text;
alter table ledger add column reversal bigint;
alter table ledger add column note text;

create unique index ledger_reversals on ledger (reverses, reversal) where reverses is not null;

create table credits (
    id               text    not null primary key,
    tenant_id        text    not null references tenants (id),
    amount_nano_usd  bigint  not null,
    note             text    not null,
    idempotency_key  text,
    at               bigint  not null
);

create index credits_by_tenant on credits (tenant_id, id);
create unique index credits_once on credits (tenant_id, idempotency_key) where idempotency_key is not null;

-- What money is counted on, kept up in the transaction that writes the ledger's rows: a tenant's balance (month 0), and what a tenant or a key
-- spent in a month of UTC (year x 12 + month - 1). A month's account exists from the first request that a budget bound; every row then moves it.
-- What is held by running requests is in its holds; the sequence counts every move but those of holds.
create table accounts (
    month              bigint  not null,
    subject            text    not null,
    credited_nano_usd  bigint  not null,
    spent_nano_usd     bigint  not null,
    held_nano_usd      bigint  not null,
    sequence           bigint  not null,
    primary key (month, subject)
) /*clustered*/;

create table holds (
    request_id       text    not null,
    month            bigint  not null,
    subject          text    not null,
    amount_nano_usd  bigint  not null,
    expires_at       bigint  not null,
    primary key (request_id, month, subject)
) /*clustered*/;

create index holds_by_expiry on holds (expires_at);
