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

    [Fact]
    public async Task Image_of_unknown_size_leaves_the_bill_an_estimate()
    {
        App.Simulator.Script.Enqueue($"no_usage;text={Answer}");

        using var response = await App.ChatAsync(ChatBody.Image("https://images.invalid/cat.png", model: "counted"));

        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.UsageSource, row.PromptTokens).ShouldBe((UsageSource.Estimated, 1445 + 12));
    }
}
