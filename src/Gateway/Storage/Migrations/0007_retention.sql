-- Money is an integer of nano-dollars.

-- One row. Days before it (since 1970, of UTC) may lack rows that were dropped; their sums are kept.
create table ledger_retention (
    id         bigint not null primary key check (id = 1),
    kept_from  bigint not null
);

insert into ledger_retention (id, kept_from) values (1, 0);

-- What rows that were dropped had paid from balances, so that balances can still be computed.
create table ledger_dropped (
    tenant_id         text   not null primary key,
    prepaid_nano_usd  bigint not null
);
