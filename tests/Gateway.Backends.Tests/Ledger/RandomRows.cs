using Gateway.Core.Callers;
using Gateway.Core.Pricing;
using Gateway.Core.Streaming;
using Gateway.Ledger;

namespace Gateway.Backends.Tests.Ledger;

/// <summary>Rows whose amounts are what their price makes of them, the same for the same seed but for their ids.</summary>
internal sealed class RandomRows(int seed)
{
    public static readonly DateTimeOffset Begin = new(2026, 1, 30, 0, 0, 0, TimeSpan.Zero);

    private static readonly string[] Models = ["gpt-4o", "gpt-4-v", "\"odd\", näme"];

    private static readonly ModelPrice[] Prices =
    [
        ModelPrice.Free,
        ModelPrice.Create(LedgerEntries.Begin, new Rates { PerRequest = new Money(40_000_000) }, new Rates { PerRequest = new Money(50_000_000) }),
        ModelPrice.Create(
            LedgerEntries.Begin.AddSeconds(1),
            new Rates { Input = new Money(2_500_000_001), CachedInput = new Money(1_250_000_000), Output = new Money(10_000_000_007), PerRequest = new Money(3) },
            new Rates { Output = new Money(20_000_000_000) }),
        ModelPrice.Create(
            LedgerEntries.Begin.AddSeconds(2),
            new Rates { ImageOutput = new Money(40_000_000_003), PerImage = new Money(20_000_000), PerSecond = new Money(100_001), PerCharacter = new Money(15_000) },
            new Rates { PerImage = new Money(40_000_000) }),
    ];

    private readonly Random _random = new(seed);

    /// <summary>A row in the three days from <see cref="Begin"/>, often at the very first or last microsecond of one.</summary>
    public LedgerEntry Next()
    {
        var at = Begin.AddDays(_random.Next(3)).AddMicroseconds(_random.Next(4) switch { 0 => 0, 1 => 86_399_999_999, _ => _random.NextInt64(86_400_000_000) });
        var tenant = _random.Next(4);
        var outcome = (AnswerOutcome)_random.Next(4);
        var price = Prices[_random.Next(Prices.Length)];
        var usage = _random.Next(8) == 0 ? default : new Usage
        {
            PromptTokens = 1 + _random.NextInt64(1L << _random.Next(30)),
            CachedTokens = _random.Next(100),
            ImageInputTokens = _random.Next(2000),
            AudioInputTokens = _random.Next(3),
            CacheWriteTokens = _random.Next(3),
            CompletionTokens = _random.Next(1000),
            ReasoningTokens = _random.Next(300),
            AudioOutputTokens = _random.Next(3),
            ImageOutputTokens = _random.Next(3),
            OutputImages = _random.Next(4),
            Seconds = _random.Next(90),
            Characters = _random.Next(4096),
        };
        var charge = Bill.ChargeOf(usage, outcome, price);
        return LedgerEntries.At(at) with
        {
            TenantId = new TenantId($"ten_{tenant:x32}"),
            KeyId = new KeyId($"key_{(tenant * 3) + _random.Next(3):x32}"),
            Model = Models[_random.Next(Models.Length)],
            Outcome = outcome,
            PromptTokens = usage.PromptTokens,
            CachedTokens = usage.CachedTokens,
            ImageTokens = usage.ImageInputTokens,
            AudioInputTokens = usage.AudioInputTokens,
            CacheWriteTokens = usage.CacheWriteTokens,
            CompletionTokens = usage.CompletionTokens,
            ReasoningTokens = usage.ReasoningTokens,
            AudioOutputTokens = usage.AudioOutputTokens,
            ImageOutputTokens = usage.ImageOutputTokens,
            Images = _random.Next(5),
            OutputImages = usage.OutputImages,
            Seconds = usage.Seconds,
            Characters = usage.Characters,
            Price = price.Json,
            Amount = charge.Amount,
            ListAmount = charge.ListAmount,
        };
    }

    public LedgerEntry[] Next(int count) => [.. Enumerable.Range(0, count).Select(_ => Next())];
}
