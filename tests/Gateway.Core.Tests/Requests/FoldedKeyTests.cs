using System.Text;
using Gateway.Core.Requests;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Requests;

public sealed class FoldedKeyTests
{
    [Theory]
    [InlineData("""{"model":"m","Model":"x","messages":[{}]}""", "Model")]
    [InlineData("""{"model":"m","N":100,"messages":[{}]}""", "N")]
    [InlineData("""{"model":"m","max_toKens":9,"messages":[{}]}""", "max_toKens")]
    [InlineData("""{"model":"m","me\u017fsages":[],"messages":[{}]}""", "me\u017fsages")]
    [InlineData("""{"model":"m","\u004dodel":"x","messages":[{}]}""", "Model")]
    [InlineData("""{"model":"m","max_to\u212aens":9,"messages":[{}]}""", "max_to\u212aens")]
    [InlineData("""{"model":"m","stream_options":{"Include_Usage":false},"messages":[{}]}""", "stream_options.Include_Usage")]
    [InlineData("""{"model":"m","messages":[{"Content":"x"}]}""", "messages[0].Content")]
    [InlineData("""{"model":"m","messages":[{"content":[{"type":"text","Image_url":{"url":"https://x"}}]}]}""", "messages[0].content[0].Image_url")]
    [InlineData("""{"model":"m","messages":[{"content":[{"image_url":{"url":"data:,","URL":"https://x"}}]}]}""", "messages[0].content[0].image_url.URL")]
    public void Key_that_a_lenient_parser_would_take_for_one_that_counts_is_refused(string json, string path)
    {
        RequestReader.TryRead(Encoding.UTF8.GetBytes(json), 9, out _, out var error).ShouldBeFalse();

        (error!.Code, error.Param).ShouldBe(("unknown_parameter", path));
    }

    [Theory]
    [InlineData("model_hint")]
    [InlineData("Metadata")]
    [InlineData("ſ")]
    [InlineData("")]
    public void Other_unknown_keys_pass(string name)
    {
        var json = $$"""{"model":"m","{{name}}":1,"messages":[{"{{name}}":2}]}""";

        RequestReader.TryRead(Encoding.UTF8.GetBytes(json), 9, out _, out var error).ShouldBeTrue(error?.Message);
    }

    [Theory]
    [InlineData("\"service_tier\":\"priority\"", "service_tier")]
    [InlineData("\"web_search_options\":{}", "web_search_options")]
    public void What_no_card_prices_is_refused(string parameter, string name)
    {
        RequestReader.TryRead(Encoding.UTF8.GetBytes($$"""{"model":"m",{{parameter}},"messages":[{}]}"""), 9, out _, out var error).ShouldBeFalse();

        (error!.Code, error.Param).ShouldBe(("unsupported_parameter", name));
    }

    [Theory]
    [InlineData("\"service_tier\":\"auto\"")]
    [InlineData("\"service_tier\":null")]
    [InlineData("\"web_search_options\":null")]
    public void What_changes_no_price_passes(string parameter) =>
        RequestReader.TryRead(Encoding.UTF8.GetBytes($$"""{"model":"m",{{parameter}},"messages":[{}]}"""), 9, out _, out _).ShouldBeTrue();
}
