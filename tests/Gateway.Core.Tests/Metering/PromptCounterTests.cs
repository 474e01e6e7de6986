using System.Text;
using Gateway.Core.Metering;
using Gateway.Core.Tests.Text;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Metering;

public sealed class PromptCounterTests
{
    [Theory]
    [InlineData("""{"role":"user","content":"Hello, how are you?"}""", 13)]
    [InlineData("""{"role":"system","content":"\u00e1"}""", 8)]
    [InlineData("""{"role":"system","name":"example_user","content":"New synergies will help drive top-line growth."}""", 20)]
    [InlineData("""{"role":"user","content":"Is there a dress code?"}""", 13)]
    [InlineData("""{"role":"user","content":[{"type":"text","text":"What's in this image?"},{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}""", 12)]
    public void Message_counts_what_the_api_was_seen_to_bill(string message, long tokens) => Count(message).ShouldBe(new PromptCount(tokens, true));

    [Fact]
    public void Picture_in_a_messages_own_field_is_no_text()
    {
        var picture = new string('A', 4096);

        Count("""{"role":"user","content":"Hello, how are you?","image":{"base64":"PICTURE","detail":"low"}}""".Replace("PICTURE", picture, StringComparison.Ordinal))
            .ShouldBe(new PromptCount(13, true));
    }

    private static PromptCount Count(string message) =>
        PromptCounter.Count(Encoding.UTF8.GetBytes($$"""{"model":"gpt-4o","messages":[{{message}}]}"""), Encoders.Get("o200k_base"));
}
