using Gateway.Core.Metering;
using Gateway.Core.Pricing;
using Gateway.Core.Streaming;
using Gateway.Core.Text;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Pricing;

public sealed class BillTests
{
    private static readonly ModelPrice Price = ModelPrice.Create(
        new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero),
        new Rates { PerRequest = Usd("0.04"), Input = Usd("1"), Output = Usd("2"), ImageInput = Usd("3") },
        null);

    private static readonly Measurement Measured = new(100, 1000, []);

    [Fact]
    public void Providers_usage_is_billed_with_images_at_their_own_price()
    {
        var bill = Bill.Of(Seen(AnswerOutcome.Completed, new Usage { PromptTokens = 1105, CompletionTokens = 10 }), Measured, Price, sent: true, default);

        bill.Source.ShouldBe(UsageSource.Provider);
        bill.Usage.ImageInputTokens.ShouldBe(1000);
        bill.Charge.Amount.ShouldBe(new Money(40_000_000 + (105 * 1000) + (1000 * 3000) + (10 * 2000)));
    }

    [Fact]
    public void Image_tokens_of_the_provider_win_over_ours()
    {
        var bill = Bill.Of(Seen(AnswerOutcome.Completed, new Usage { PromptTokens = 1105, ImageInputTokens = 5 }), Measured, Price, sent: true, default);

        bill.Usage.ImageInputTokens.ShouldBe(5);
    }

    [Theory]
    [InlineData(AnswerOutcome.Completed, 0, 3, UsageSource.Estimated)]
    [InlineData(AnswerOutcome.Completed, 1, 1, UsageSource.Provider)]
    [InlineData(AnswerOutcome.ClientDisconnected, 1, 3, UsageSource.Estimated)]
    [InlineData(AnswerOutcome.ClientDisconnected, 9, 9, UsageSource.Provider)]
    public void Text_that_came_is_not_free_because_a_provider_counted_none(AnswerOutcome outcome, long counted, long billed, UsageSource source)
    {
        var bill = Bill.Of(Seen(outcome, new Usage { PromptTokens = 50, CompletionTokens = counted }), Measured, Price, sent: true, default);

        (bill.Usage.PromptTokens, bill.Usage.CompletionTokens, bill.Source).ShouldBe((50, billed, source));
    }

    [Theory]
    [InlineData(AnswerOutcome.Completed, true, 40_000_000)]
    [InlineData(AnswerOutcome.ClientDisconnected, true, 40_000_000)]
    [InlineData(AnswerOutcome.UpstreamFailed, true, 0)]
    [InlineData(AnswerOutcome.TimedOut, true, 0)]
    public void Without_usage_the_measurement_is_billed_and_a_failure_owes_no_price_per_request(AnswerOutcome outcome, bool began, long request)
    {
        var bill = Bill.Of(Seen(outcome, null, began), Measured, Price, sent: true, default);

        bill.Source.ShouldBe(UsageSource.Estimated);
        (bill.Usage.PromptTokens, bill.Usage.CompletionTokens).ShouldBe((1100, 3));
        bill.Charge.Amount.ShouldBe(new Money(request + (100 * 1000) + (1000 * 3000) + (3 * 2000)));
    }

    [Theory]
    [InlineData(AnswerOutcome.UpstreamFailed, true)]
    [InlineData(AnswerOutcome.TimedOut, true)]
    [InlineData(AnswerOutcome.ClientDisconnected, false)]
    public void Answer_that_never_came_costs_nothing(AnswerOutcome outcome, bool sent)
    {
        var bill = Bill.Of(Seen(outcome, null, began: false), Measured, Price, sent, default);

        (bill.Usage, bill.Charge).ShouldBe((default, Charge.None));
    }

    [Fact]
    public void Bill_is_computed_again_from_its_usage_outcome_and_price_alone()
    {
        foreach (var outcome in Enum.GetValues<AnswerOutcome>())
        {
            foreach (var usage in (Usage?[])[null, new Usage { PromptTokens = 1105, CompletionTokens = 10 }, new Usage { PromptTokens = 1 }])
            {
                foreach (var (began, sent) in (ReadOnlySpan<(bool, bool)>)[(false, false), (false, true), (true, false), (true, true)])
                {
                    var bill = Bill.Of(Seen(outcome, usage, began), Measured, Price, sent, default);

                    Bill.ChargeOf(bill.Usage, outcome, Price).ShouldBe(bill.Charge, $"{outcome} {usage} {began} {sent}");
                    (bill.Charge == Charge.None).ShouldBe(bill.Usage == default);
                }
            }
        }
    }

    [Theory]
    [InlineData(AnswerOutcome.Completed, null, true)]
    [InlineData(AnswerOutcome.Completed, 0L, true)]
    [InlineData(AnswerOutcome.Completed, 1L, false)]
    [InlineData(AnswerOutcome.ClientDisconnected, 1L, true)]
    [InlineData(AnswerOutcome.UpstreamFailed, null, true)]
    public void Text_is_counted_only_where_the_provider_does_not_say(AnswerOutcome outcome, long? completion, bool needed)
    {
        Usage? usage = completion is { } tokens ? new Usage { PromptTokens = 50, CompletionTokens = tokens } : null;

        Bill.NeedsCount(Seen(outcome, usage), sent: true).ShouldBe(needed);
        Bill.NeedsCount(Seen(outcome, usage), sent: false).ShouldBeFalse();
        Bill.NeedsCount(Seen(AnswerOutcome.TimedOut, null, began: false), sent: true).ShouldBeFalse();
    }

    [Theory]
    [InlineData(false, UsageSource.Estimated, 3)]
    [InlineData(true, UsageSource.Provider, 1)]
    public void Usage_of_an_answer_read_to_its_end_is_the_last_word_though_the_client_left(bool readToEnd, UsageSource source, long completion)
    {
        var seen = Seen(AnswerOutcome.ClientDisconnected, new Usage { PromptTokens = 50, CompletionTokens = 1 }) with { ReadToEnd = readToEnd };

        var bill = Bill.Of(seen, Measured, Price, sent: true, default);

        Bill.NeedsCount(seen, sent: true).ShouldBe(!readToEnd);
        (bill.Source, bill.Usage.CompletionTokens).ShouldBe((source, completion));
    }

    [Fact]
    public void Counted_text_is_billed_with_the_images_as_measured()
    {
        var bill = Bill.Of(Seen(AnswerOutcome.Completed, null), Measured, Price, sent: true, new CountedText(12, 7));

        bill.Source.ShouldBe(UsageSource.Counted);
        (bill.Usage.PromptTokens, bill.Usage.ImageInputTokens, bill.Usage.CompletionTokens).ShouldBe((1012, 1000, 7));
    }

    [Theory]
    [InlineData(null, 7L, 1100, 7)]
    [InlineData(12L, null, 1012, 3)]
    public void Half_a_count_is_an_estimate(long? prompt, long? received, long promptTokens, long completionTokens)
    {
        var bill = Bill.Of(Seen(AnswerOutcome.Completed, null), Measured, Price, sent: true, new CountedText(prompt, received));

        bill.Source.ShouldBe(UsageSource.Estimated);
        (bill.Usage.PromptTokens, bill.Usage.CompletionTokens).ShouldBe((promptTokens, completionTokens));
    }

    [Fact]
    public void Count_of_what_came_stands_for_a_provider_that_counted_none()
    {
        var bill = Bill.Of(Seen(AnswerOutcome.Completed, new Usage { PromptTokens = 50 }), Measured, Price, sent: true, new CountedText(12, 7));

        (bill.Source, bill.Usage.PromptTokens, bill.Usage.CompletionTokens).ShouldBe((UsageSource.Counted, 50, 7));
    }

    private static Observation Seen(AnswerOutcome outcome, Usage? usage, bool began = true) =>
        new() { Outcome = outcome, Status = 200, Usage = usage, AnswerBegan = began, Received = TextSize.OfJson("twelve bytes"u8) };

    private static Money Usd(string text) => Money.TryParse(text, out var money) ? money : throw new FormatException(text);
}
