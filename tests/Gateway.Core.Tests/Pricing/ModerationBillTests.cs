using Gateway.Core.Metering;
using Gateway.Core.Pricing;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Pricing;

/// <summary>Verdicts, of which nobody tells what they used.</summary>
public sealed class ModerationBillTests
{
    private static readonly Measurement Measured = new(40, 0, []) { Media = new MediaTerms { Kind = MediaKind.Moderation, Characters = 120 } };

    [Theory]
    [InlineData("""{"from":"2025-01-01","per_request":"0"}""", 0, "0")]
    [InlineData("""{"from":"2025-01-01","per_request":"0.001"}""", 0, "0.001")]
    [InlineData("""{"from":"2025-01-01","per_character":"0.000001"}""", 0, "0.00012")]
    [InlineData("""{"from":"2025-01-01","input":"1"}""", 40, "0.00004")]
    public void Row_has_tokens_only_where_its_price_has_any(string price, long tokens, string amount)
    {
        foreach (var outcome in (AnswerOutcome[])[AnswerOutcome.Completed, AnswerOutcome.ClientDisconnected])
        {
            var bill = Bill.Of(Seen(outcome), Measured, Parse(price), sent: true, default);

            (bill.Usage.PromptTokens, bill.Usage.Characters, bill.Charge.Amount.ToString()).ShouldBe((tokens, 120, amount));
            Bill.ChargeOf(bill.Usage, outcome, Parse(price)).ShouldBe(bill.Charge);
            bill.TokensOf(Measured).ShouldBe(40);
        }
    }

    [Fact]
    public void Exact_count_goes_before_the_estimate()
    {
        var bill = Bill.Of(Seen(AnswerOutcome.Completed), Measured, Parse("""{"from":"2025-01-01","input":"1"}"""), sent: true, new CountedText(37, null));

        (bill.Source, bill.Usage.PromptTokens).ShouldBe((UsageSource.Counted, 37));
    }

    [Theory]
    [InlineData(AnswerOutcome.UpstreamFailed, true)]
    [InlineData(AnswerOutcome.TimedOut, true)]
    [InlineData(AnswerOutcome.ClientDisconnected, false)]
    public void Verdict_that_never_came_costs_nothing(AnswerOutcome outcome, bool sent)
    {
        var bill = Bill.Of(Seen(outcome, began: false), Measured, Parse("""{"from":"2025-01-01","per_request":"1"}"""), sent, default);

        (bill.Usage, bill.Charge, bill.TokensOf(Measured)).ShouldBe((default, Charge.None, 0));
    }

    private static Observation Seen(AnswerOutcome outcome, bool began = true) => new() { Outcome = outcome, Status = 200, AnswerBegan = began };

    private static ModelPrice Parse(string json) => ModelPrice.TryParse(json, out var price) ? price : throw new ArgumentException("It is no price.", nameof(json));
}
