-- The ledger's sums by day (of UTC, as days since 1970), tenant, key and model, kept up in the transaction that writes its rows.

create table usage_daily (
    day                   bigint  not null,
    tenant_id             text    not null,
    key_id                text    not null,
    model                 text    not null,
    requests              bigint  not null,
    prompt_tokens         bigint  not null,
    cached_tokens         bigint  not null,
    image_tokens          bigint  not null,
    completion_tokens     bigint  not null,
    reasoning_tokens      bigint  not null,
    images                bigint  not null,
    amount_nano_usd       bigint  not null,
    list_amount_nano_usd  bigint  not null,

    -- The day first: a group of rows then changes neighbours.
    primary key (day, tenant_id, key_id, model)
) /*clustered*/;

insert into usage_daily (
    day, tenant_id, key_id, model, requests, prompt_tokens, cached_tokens, image_tokens, completion_tokens, reasoning_tokens, images,
    amount_nano_usd, list_amount_nano_usd)
select
    at / 86400000000, tenant_id, key_id, model, count(*), cast(sum(prompt_tokens) as bigint), cast(sum(cached_tokens) as bigint),
    cast(sum(image_tokens) as bigint), cast(sum(completion_tokens) as bigint), cast(sum(reasoning_tokens) as bigint), cast(sum(images) as bigint),
    cast(sum(amount_nano_usd) as bigint), cast(sum(list_amount_nano_usd) as bigint)
from ledger
group by at / 86400000000, tenant_id, key_id, model;
