-- PostgreSQL alone.
-- The ledger in a partition for each month of UTC, by request ids, which begin with their time: a month is dropped as a table is. Ids of no month that
-- was opened lie in ledger_other.

alter table ledger rename to ledger_whole;
alter index ledger_pkey rename to ledger_whole_pkey;
alter index ledger_by_tenant rename to ledger_whole_by_tenant;
drop index ledger_reversals;

create table ledger (like ledger_whole including defaults) partition by range (request_id);
alter table ledger add primary key (request_id);
create index ledger_by_tenant on ledger (tenant_id, request_id);
create table ledger_other partition of ledger default;

-- What an index over all partitions cannot hold: no number of a request's reversals twice.
create table ledger_reversals (
    reverses  text   not null,
    reversal  bigint not null,
    primary key (reverses, reversal)
);

insert into ledger_reversals (reverses, reversal) select reverses, reversal from ledger_whole where reverses is not null;

create function ledger_first_id(moment timestamp) returns text language sql immutable as $$
    select 'req_' || lpad(to_hex(ms >> 16), 8, '0') || '-' || lpad(to_hex(ms & 65535), 4, '0')
    from (select cast(extract(epoch from moment) * 1000 as bigint) as ms) as at
$$;

-- Rows of the month that came before it was opened are moved into it.
create function ledger_open_month(month timestamp) returns void language plpgsql as $$
declare
    name text := 'ledger_' || to_char(month, 'YYYY_MM');
    first text := ledger_first_id(month);
    behind text := ledger_first_id(month + interval '1 month');
begin
    if to_regclass(name) is not null then
        return;
    end if;

    execute format('create table %I (like ledger including defaults)', name);
    execute format('with moved as (delete from ledger_other where request_id >= $1 and request_id < $2 returning *) insert into %I select * from moved', name)
        using first, behind;
    execute format('alter table ledger attach partition %I for values from (%L) to (%L)', name, first, behind);
end
$$;

-- The months that there are, this one, and the next two.
select ledger_open_month(m) from (
    select distinct date_trunc('month', timestamp 'epoch' + at / 1000000 * interval '1 second') as m from ledger_whole where request_id ~ '^req_[0-9a-f]{8}-'
    union
    select date_trunc('month', now() at time zone 'UTC') + n * interval '1 month' from generate_series(0, 2) as n
) as months order by m;

insert into ledger select * from ledger_whole;
drop table ledger_whole;
