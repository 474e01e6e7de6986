using Gateway.Core.Admission;
using Gateway.Core.Dialects.OpenAi;
using Gateway.Core.Metering;
using Gateway.Core.Models;
using Gateway.Core.Pricing;
using Gateway.Core.Requests;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Pricing;

public sealed class QuoterTests
{
    private static readonly Measurement Measured = new(12, 1105, []);

    [Theory]
    [InlineData(TokensCharge.Sum, 300L, 1, 1417)]
    [InlineData(TokensCharge.Max, 300L, 1, 1117)]
    [InlineData(TokensCharge.Max, 5000L, 100, 500_000)]
    [InlineData(TokensCharge.Sum, 5000L, 2, 11_117)]
    [InlineData(TokensCharge.Sum, null, 1, 1117 + 77)]
    public void Tokens_are_charged_by_the_rule(TokensCharge rule, long? allowed, int n, long charged) =>
        Quote(allowed, n, rule, new ModelCard { Id = "m", DefaultCompletionTokens = 77 }).TokensCharged.ShouldBe(charged);

    [Fact]
    public void Catalogs_default_serves_a_card_without_one() =>
        Quote(null, 1, TokensCharge.Sum, new ModelCard { Id = "m" }).TokensCharged.ShouldBe(1117 + 1024);

    [Theory]
    [InlineData(300L, null, 300)]
    [InlineData(null, 4096L, 4096)]
    [InlineData(null, null, 16_384)]
    public void Money_holds_the_longest_answer(long? allowed, long? cardsMost, long completion)
    {
        var quote = Quote(allowed, 2, TokensCharge.Sum, new ModelCard { Id = "m", MaxOutputTokens = cardsMost });

        quote.Minimum.ShouldBe(new Money(1117 * 2500));
        quote.Ceiling.ShouldBe(new Money((1117 * 2500) + (completion * 2 * 10_000)));
    }

    [Fact]
    public void Absurd_maximum_saturates()
    {
        var quote = Quote(long.MaxValue >> 16, 128, TokensCharge.Sum, new ModelCard { Id = "m" });

        quote.TokensCharged.ShouldBeGreaterThan(0);
        quote.Ceiling.ShouldBe(new Money(long.MaxValue));
    }

    private static Quote Quote(long? allowed, int n, TokensCharge rule, ModelCard card)
    {
        Money.TryParse("2.50", out var input).ShouldBeTrue();
        Money.TryParse("10", out var output).ShouldBeTrue();
        var price = ModelPrice.Create(DateTimeOffset.UnixEpoch, new Rates { Input = input, Output = output }, null);
        var deployment = new Deployment
        {
            Provider = new Provider { Name = "p", Dialect = OpenAiDialect.Instance, BaseUrl = new Uri("https://example.com") },
            Model = "m",
        };
        var plan = new RequestPlan(new ParsedRequest { Model = "m" }, allowed, n, [], ParameterPolicy.None);
        return Quoter.Quote(plan, Measured, new Target("m", card, deployment, price), rule, 1024);
    }
}
