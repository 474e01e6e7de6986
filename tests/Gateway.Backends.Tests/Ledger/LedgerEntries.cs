using Gateway.Core.Callers;
using Gateway.Core.Pricing;
using Gateway.Core.Streaming;
using Gateway.Ledger;

namespace Gateway.Backends.Tests.Ledger;

/// <summary>Rows as a settled request makes them.</summary>
internal static class LedgerEntries
{
    public static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static LedgerEntry At(DateTimeOffset at, int tenant = 1, int key = 1, string model = "gpt-4o") => new()
    {
        RequestId = $"req_{Guid.CreateVersion7(at)}",
        At = at,
        TenantId = new TenantId($"ten_{tenant:x32}"),
        KeyId = new KeyId($"key_{key:x32}"),
        Endpoint = "/v1/chat/completions",
        Model = model,
        Provider = "openai",
        UpstreamModel = "gpt-4o-2024-08-06",
        Stream = true,
        Status = 200,
        Outcome = AnswerOutcome.Completed,
        PromptTokens = 1117,
        CachedTokens = 100,
        ImageTokens = 1105,
        ImageTokensEstimated = 1104,
        AudioInputTokens = 2,
        CacheWriteTokens = 3,
        CompletionTokens = 300,
        ReasoningTokens = 4,
        AudioOutputTokens = 5,
        ImageOutputTokens = 6,
        Images = 7,
        OutputImages = 8,
        Seconds = 9,
        Characters = 10,
        EndUser = "user-1",
        Tags = """{"team":"search"}""",
        UsageSource = UsageSource.Provider,
        Price = """{"from":"2025-01-01","input":"2.50","cached_input":"1.25","output":"10.00"}""",
        Amount = new Money(5_667_500),
        ListAmount = new Money(7_000_000),
        LatencyMs = 1512,
        FirstTokenMs = 480,
        TraceId = "4bf92f3577b34da6a3ce929d0e0e4736",
    };

    /// <summary>A row with every field that may be absent absent.</summary>
    public static LedgerEntry Bare(DateTimeOffset at) => new()
    {
        RequestId = $"req_{Guid.CreateVersion7(at)}",
        At = at,
        TenantId = new TenantId("ten_1"),
        KeyId = new KeyId("key_1"),
        Endpoint = "",
        Model = "gpt-4o",
        Status = 502,
        Outcome = AnswerOutcome.UpstreamFailed,
        UsageSource = UsageSource.Estimated,
        Price = "{}",
    };
}
