-- Money is an integer of nano-dollars.

create table ledger (
    request_id              text     not null primary key,
    at                      bigint   not null,
    tenant_id               text     not null,
    key_id                  text     not null,
    endpoint                text     not null,
    model                   text     not null,
    provider                text,
    upstream_model          text,
    stream                  boolean  not null,
    status                  bigint   not null,
    outcome                 text     not null,
    prompt_tokens           bigint   not null,
    cached_tokens           bigint   not null,
    image_tokens            bigint   not null,
    image_tokens_estimated  bigint   not null,
    audio_input_tokens      bigint   not null,
    cache_write_tokens      bigint   not null,
    completion_tokens       bigint   not null,
    reasoning_tokens        bigint   not null,
    audio_output_tokens     bigint   not null,
    image_output_tokens     bigint   not null,
    images                  bigint   not null,
    output_images           bigint   not null,
    seconds                 bigint   not null,
    characters              bigint   not null,
    end_user                text,
    tags                    text,
    usage_source            text     not null,
    price                   text     not null,
    amount_nano_usd         bigint   not null,
    list_amount_nano_usd    bigint   not null,
    latency_ms              bigint   not null,
    first_token_ms          bigint,
    trace_id                text
) /*clustered*/;

-- Request ids begin with their time, so the primary key is the index of times too.
create index ledger_by_tenant on ledger (tenant_id, request_id);

-- None by key: in a group of rows nearly each has another key, so each would rewrite a page of that index. A key's rows are found among its tenant's.
