using Gateway.Core.Pricing;
using Gateway.Core.Streaming;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Pricing;

/// <summary>What is priced by the piece: images, seconds, characters.</summary>
public sealed class PieceBillTests
{
    [Theory]
    [InlineData("""{"from":"2025-01-01","per_image":"0.04"}""", 3, 0, 0, "0.12")]
    [InlineData("""{"from":"2025-01-01","per_second":"0.0001"}""", 0, 61, 0, "0.0061")]
    [InlineData("""{"from":"2025-01-01","per_character":"0.000015"}""", 0, 0, 4096, "0.06144")]
    [InlineData("""{"from":"2025-01-01","per_request":"0.01","per_image":"0.04","per_second":"0.001"}""", 1, 2, 3, "0.052")]
    public void Pieces_are_charged_each(string price, long images, long seconds, long characters, string amount)
    {
        var usage = new Usage { OutputImages = images, Seconds = seconds, Characters = characters };

        Bill.ChargeOf(usage, AnswerOutcome.Completed, Parse(price)).Amount.ToString().ShouldBe(amount);
    }

    [Fact]
    public void Pieces_and_tokens_are_rounded_once_together()
    {
        // 0.4 nano-dollars of tokens beside whole pieces come to nothing, 0.5 to one.
        var price = Parse("""{"from":"2025-01-01","input":"0.0001","per_image":"0.000000001"}""");

        Bill.ChargeOf(new Usage { PromptTokens = 4, OutputImages = 7 }, AnswerOutcome.Completed, price).Amount.NanoUsd.ShouldBe(7);
        Bill.ChargeOf(new Usage { PromptTokens = 5, OutputImages = 7 }, AnswerOutcome.Completed, price).Amount.NanoUsd.ShouldBe(8);
    }

    [Fact]
    public void List_price_goes_by_pieces_too()
    {
        var charge = Bill.ChargeOf(
            new Usage { Seconds = 10 }, AnswerOutcome.Completed, Parse("""{"from":"2025-01-01","per_second":"0.0001","list":{"per_second":"0.0002"}}"""));

        charge.Amount.ToString().ShouldBe("0.001");
        charge.ListAmount.ToString().ShouldBe("0.002");
    }

    [Fact]
    public void Amounts_beyond_all_money_saturate() =>
        Bill.ChargeOf(new Usage { Seconds = long.MaxValue }, AnswerOutcome.Completed, Parse("""{"from":"2025-01-01","per_second":"1000000"}""")).Amount.NanoUsd.ShouldBe(long.MaxValue);

    [Fact]
    public void Nothing_used_is_nothing_due() =>
        Bill.ChargeOf(default, AnswerOutcome.Completed, Parse("""{"from":"2025-01-01","per_request":"1","per_image":"1"}""")).ShouldBe(Charge.None);

    private static ModelPrice Parse(string json) => ModelPrice.TryParse(json, out var price) ? price : throw new ArgumentException("It is no price.", nameof(json));
}
