using Gateway.Core.Callers;
using Gateway.Core.Pricing;
using Gateway.Idempotency;

namespace Gateway.Ledger.Spooling;

/// <summary>The end of an idempotency key beside its row: without it a repeat after the outage would be charged again.</summary>
internal sealed record SpooledCompletion
{
    public required string TenantId { get; init; }

    public required string KeyId { get; init; }

    public required byte[] KeyHash { get; init; }

    public required string Endpoint { get; init; }

    public required byte[] BodyHash { get; init; }

    public required string Owner { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required long MaxTenantBytes { get; init; }

    public required byte[] Body { get; init; }

    /// <summary>Null where the answer is not kept; so are those below.</summary>
    public string? RequestId { get; init; }

    public int Status { get; init; }

    public string? ContentType { get; init; }

    public string? Provider { get; init; }

    public string? Model { get; init; }

    public long? CostNanoUsd { get; init; }

    public static SpooledCompletion? Of(AnswerCompletion? completion) => completion is null ? null : new SpooledCompletion
    {
        TenantId = completion.Request.Tenant.Value,
        KeyId = completion.Request.Caller.Value,
        KeyHash = completion.Request.KeyHash,
        Endpoint = completion.Request.Endpoint,
        BodyHash = completion.Request.BodyHash,
        Owner = completion.Owner,
        ExpiresAt = completion.ExpiresAt,
        MaxTenantBytes = completion.MaxTenantBytes,
        Body = completion.Body,
        RequestId = completion.Answer?.RequestId,
        Status = completion.Answer?.Status ?? 0,
        ContentType = completion.Answer?.ContentType,
        Provider = completion.Answer?.Provider,
        Model = completion.Answer?.Model,
        CostNanoUsd = completion.Answer?.Cost?.NanoUsd,
    };

    public AnswerCompletion ToCompletion() => new()
    {
        Request = new IdempotentRequest
        {
            Tenant = new TenantId(TenantId),
            Caller = new KeyId(KeyId),
            KeyHash = KeyHash,
            Endpoint = Endpoint,
            BodyHash = BodyHash,
        },
        Owner = Owner,
        Answer = RequestId is null
            ? null
            : new StoredAnswer(RequestId, Status, ContentType ?? "", Provider ?? "", Model ?? "", CostNanoUsd is { } cost ? new Money(cost) : null, Body.Length),
        Body = Body,
        ExpiresAt = ExpiresAt,
        MaxTenantBytes = MaxTenantBytes,
    };
}
