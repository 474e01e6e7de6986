using System.Net;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

/// <summary>A card's <c>max_prompt_tokens</c>: a prompt that its price does not hold for is not sent.</summary>
public sealed class PromptBoundTests : GatewayTest
{
    // As a picture it is 765 tokens.
    private static readonly string Picture = $"data:image/png;base64,{Convert.ToBase64String(Pictures.Png(1024, 1024))}";

    protected override GatewayAppOptions Options => new()
    {
        Catalog = address => TestCatalog.For(address).Replace("\"counted\": {", "\"counted\": { \"max_prompt_tokens\": 800,", StringComparison.Ordinal),
    };

    [Fact]
    public async Task Prompt_within_the_bound_is_served()
    {
        using var response = await App.ChatAsync(ChatBody.Image(Picture, model: "counted"));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("many words ", 400)]
    [InlineData("", 2)]
    public async Task Longer_prompt_is_refused_unsent_for_its_text_as_for_its_pictures(string text, int times)
    {
        var body = text.Length > 0
            ? ChatBody.Text(string.Concat(Enumerable.Repeat(text, times)), "counted")
            : $$"""{"model":"counted","messages":[{"role":"user","content":[{{string.Join(',', Enumerable.Repeat(ChatBody.Part(Picture), times))}}]}]}""";

        using var response = await App.ChatAsync(body);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var error = await response.ErrorAsync();
        ((string?)error["code"], (string?)error["param"]).ShouldBe(("context_length_exceeded", "messages"));
        ((string?)error["message"])!.ShouldContain("800 tokens");
        App.Simulator.Requests.Total.ShouldBe(0);
        (await App.RowsAsync()).ShouldBeEmpty();
    }
}
