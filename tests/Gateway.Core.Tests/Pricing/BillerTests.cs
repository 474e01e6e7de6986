using Gateway.Core.Pricing;
using Gateway.Core.Streaming;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Pricing;

public sealed class BillerTests
{
    private static readonly DateTimeOffset From = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Rates PerToken = new() { Input = Usd("2.50"), CachedInput = Usd("1.25"), Output = Usd("10.00") };

    [Fact]
    public void Price_per_request_is_charged_once_whatever_was_used()
    {
        var price = ModelPrice.Create(From, new Rates { PerRequest = Usd("0.04") }, new Rates { PerRequest = Usd("0.05") });

        var charge = Biller.Bill(new Usage { PromptTokens = 1117, CompletionTokens = 300 }, price, chargeRequest: true);

        charge.ShouldBe(new Charge(Usd("0.04"), Usd("0.05")));
    }

    [Fact]
    public void Price_per_request_does_not_fall_due_without_an_answer()
    {
        var price = ModelPrice.Create(From, new Rates { PerRequest = Usd("0.04"), Output = Usd("10") }, null);

        Biller.Bill(new Usage { CompletionTokens = 100 }, price, chargeRequest: false).Amount.ShouldBe(Usd("0.001"));
    }

    [Fact]
    public void Tokens_are_charged_by_their_rates()
    {
        var charge = Bill(PerToken, new Usage { PromptTokens = 1_000_000, CachedTokens = 400_000, CompletionTokens = 100_000 });

        // 600,000 at 2.50 + 400,000 at 1.25 + 100,000 at 10.00, a million each.
        charge.ShouldBe(Usd("3.00"));
    }

    [Fact]
    public void Request_and_tokens_are_charged_together()
    {
        var price = ModelPrice.Create(From, PerToken with { PerRequest = Usd("0.01") }, null);

        Biller.Bill(new Usage { PromptTokens = 1000 }, price, chargeRequest: true).Amount.ShouldBe(Usd("0.0125"));
    }

    [Fact]
    public void Every_part_has_its_own_rate()
    {
        var rates = new Rates
        {
            Input = Usd("1"),
            CachedInput = Usd("2"),
            CacheWrite = Usd("4"),
            AudioInput = Usd("8"),
            ImageInput = Usd("16"),
            Output = Usd("32"),
            Reasoning = Usd("64"),
            AudioOutput = Usd("128"),
            ImageOutput = Usd("256"),
        };
        var usage = new Usage
        {
            PromptTokens = 5_000_000,
            CachedTokens = 1_000_000,
            CacheWriteTokens = 1_000_000,
            AudioInputTokens = 1_000_000,
            ImageInputTokens = 1_000_000,
            CompletionTokens = 4_000_000,
            ReasoningTokens = 1_000_000,
            AudioOutputTokens = 1_000_000,
            ImageOutputTokens = 1_000_000,
        };

        Bill(rates, usage).ShouldBe(Usd("511"));
    }

    [Fact]
    public void Parts_without_a_rate_cost_what_their_whole_does()
    {
        var usage = new Usage
        {
            PromptTokens = 1_000_000,
            CachedTokens = 100,
            CacheWriteTokens = 200,
            AudioInputTokens = 300,
            ImageInputTokens = 400,
            CompletionTokens = 1_000_000,
            ReasoningTokens = 500,
            AudioOutputTokens = 600,
            ImageOutputTokens = 700,
        };

        Bill(new Rates { Input = Usd("1"), Output = Usd("10") }, usage).ShouldBe(Usd("11"));
    }

    [Theory]
    [InlineData(500_000, 1, 1)] // half a nano-dollar
    [InlineData(499_999, 1, 0)]
    [InlineData(1_500_000, 1, 2)]
    [InlineData(1, 499_999, 0)]
    [InlineData(1, 500_000, 1)]
    public void Row_is_rounded_half_up_once(long nanoPerMillion, long tokens, long nano) =>
        Bill(new Rates { Input = new Money(nanoPerMillion) }, new Usage { PromptTokens = tokens }).ShouldBe(new Money(nano));

    [Fact]
    public void Halves_of_several_parts_are_summed_before_they_are_rounded()
    {
        var half = new Money(500_000);

        Bill(new Rates { Input = half, Output = half }, new Usage { PromptTokens = 1, CompletionTokens = 1 }).ShouldBe(new Money(1));
    }

    [Fact]
    public void Details_larger_than_their_whole_cannot_bill_twice()
    {
        var usage = new Usage { PromptTokens = 1_000_000, CachedTokens = 3_000_000, ImageInputTokens = 5_000_000, CompletionTokens = 0, ReasoningTokens = 9 };

        Bill(PerToken, usage).ShouldBe(Usd("1.25"));
    }

    [Fact]
    public void Negative_counts_bill_nothing() =>
        Bill(PerToken, new Usage { PromptTokens = -5, CachedTokens = -5, CompletionTokens = -5, ReasoningTokens = -1 }).ShouldBe(Money.Zero);

    [Fact]
    public void Amount_beyond_all_money_is_held_at_the_most() =>
        Bill(new Rates { Input = new Money(long.MaxValue) }, new Usage { PromptTokens = long.MaxValue }).ShouldBe(new Money(long.MaxValue));

    [Fact]
    public void Model_without_a_price_is_free() =>
        Biller.Bill(new Usage { PromptTokens = 1000, CompletionTokens = 1000 }, ModelPrice.Free, chargeRequest: true).ShouldBe(Charge.None);

    [Fact]
    public void List_charge_takes_absent_rates_from_those_charged()
    {
        var price = ModelPrice.Create(From, PerToken, new Rates { Input = Usd("5") });

        var charge = Biller.Bill(new Usage { PromptTokens = 1_000_000, CompletionTokens = 1_000_000 }, price, chargeRequest: true);

        charge.ShouldBe(new Charge(Usd("12.50"), Usd("15")));
    }

    private static Money Bill(Rates rates, Usage usage) => Biller.Bill(usage, ModelPrice.Create(From, rates, null), chargeRequest: true).Amount;

    private static Money Usd(string text) => Money.TryParse(text, out var money) ? money : throw new ArgumentException(text, nameof(text));
}
