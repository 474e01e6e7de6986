using System.Net;
using Gateway.Core.Streaming;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

/// <summary>What is billed where the provider does not say: the exact count of what was sent and of what came.</summary>
public sealed class CountedBillTests : GatewayTest
{
    // Its tokens of o200k_base: one each for the words.
    private const string Answer = "one two three four five six seven eight";
    private readonly LogCollector _logs = new();

    protected override GatewayAppOptions Options => new() { Logs = _logs };

    [Theory]
    [InlineData("no_usage", false)]
    [InlineData("no_usage", true)]
    [InlineData("usage=null", true)]
    [InlineData("usage=null", false)]
    public async Task Answer_without_usage_is_counted(string directive, bool stream)
    {
        App.Simulator.Script.Enqueue($"{directive};text={Answer}");

        using var response = await App.ChatAsync(ChatBody.Image(Pictures.PngUrl(2560, 1669), model: "counted", stream: stream));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.UsageSource, row.PromptTokens, row.ImageTokens, row.CompletionTokens).ShouldBe((UsageSource.Counted, 1117, 1105, 8));
        row.Amount.NanoUsd.ShouldBe((1117 * 2500) + (8 * 10_000));
    }

    [Fact]
    public async Task Prompt_is_counted_though_its_large_picture_was_given_back_long_before()
    {
        App.Simulator.Script.Enqueue($"no_usage;text={Answer}");

        using var response = await App.ChatAsync(ChatBody.Image(Pictures.PngUrl(2560, 1669, padding: 3_000_000), model: "counted", stream: true));

        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.UsageSource, row.PromptTokens, row.CompletionTokens).ShouldBe((UsageSource.Counted, 1117, 8));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Answer_without_tokens_for_its_text_is_counted(bool stream)
    {
        App.Simulator.Script.Enqueue($"usage=zero;text={Answer}");

        using var response = await App.ChatAsync(ChatBody.Text("hello", "counted", stream));

        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.UsageSource, row.CompletionTokens).ShouldBe((UsageSource.Counted, 8));
    }

    [Theory]
    [InlineData("completion_tokens=1201", false, "TooLong): prompt 7, completion 1201")]
    [InlineData("completion_tokens=1201", true, "TooLong): prompt 7, completion 1201")]
    [InlineData("prompt_tokens=0", false, "NoPrompt): prompt 0, completion 8")]
    [InlineData("cached_tokens=2000000000", true, "OutOfRange): prompt 7, completion 8")]
    public async Task Absurd_usage_is_counted_instead_and_told_of_once(string absurdity, bool stream, string told)
    {
        App.Simulator.Script.Enqueue($"prompt_tokens=7;{absurdity};text={Answer}");

        using var response = await App.ChatAsync(ChatBody.Text("hello", "counted", stream, ",\"max_tokens\":100"));

        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.UsageSource, row.PromptTokens, row.CompletionTokens, row.CachedTokens).ShouldBe((UsageSource.Counted, 8, 8, 0));
        _logs.Lines.Where(static line => line.Contains("is not believed", StringComparison.Ordinal)).ShouldHaveSingleItem()
            .ShouldContain($"The usage of {row.RequestId} by sim (gpt-4o) is not believed ({told}");
    }

    [Theory]
    [InlineData("completion_tokens=1200", true)]
    [InlineData("completion_tokens=5000", false)]
    public async Task Usage_is_believed_up_to_twice_what_was_allowed_and_a_thousand_and_without_a_maximum(string usage, bool bounded)
    {
        App.Simulator.Script.Enqueue($"{usage};text={Answer}");

        using var response = await App.ChatAsync(ChatBody.Text("hello", "counted", more: bounded ? ",\"max_tokens\":100" : ""));

        (await App.RowsAsync()).ShouldHaveSingleItem().UsageSource.ShouldBe(UsageSource.Provider);
    }

    [Fact]
    public async Task Image_of_unknown_size_leaves_the_bill_an_estimate()
    {
        App.Simulator.Script.Enqueue($"no_usage;text={Answer}");

        using var response = await App.ChatAsync(ChatBody.Image("https://images.invalid/cat.png", model: "counted"));

        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.UsageSource, row.PromptTokens).ShouldBe((UsageSource.Estimated, 1445 + 12));
    }
}
