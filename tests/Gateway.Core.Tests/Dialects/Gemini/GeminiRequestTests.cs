using Gateway.Core.Models;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Dialects.Gemini;

/// <summary>Messages on their way out.</summary>
public sealed class GeminiRequestTests
{
    private const string End = ""","generationConfig":{"maxOutputTokens":100}}""";

    [Theory]
    [InlineData("plain text",
        """[{"role":"user","content":"Hi \"you\" \u00e9\n"}]""",
        """[{"role":"user","parts":[{"text":"Hi \"you\" \u00e9\n"}]}]""")]
    [InlineData("neighbours of one role",
        """[{"role":"user","content":"a"},{"content":[{"type":"text","text":"b"},{"text":"c","type":"text"}],"role":"user"},{"role":"assistant","content":"d"},{"role":"assistant","content":"e"},{"role":"user","content":"f"}]""",
        """[{"role":"user","parts":[{"text":"a"},{"text":"b"},{"text":"c"}]},{"role":"model","parts":[{"text":"d"},{"text":"e"}]},{"role":"user","parts":[{"text":"f"}]}]""")]
    [InlineData("a refusal is what the model said",
        """[{"role":"user","content":"a"},{"role":"assistant","content":null,"refusal":"No."},{"role":"assistant","content":[{"type":"refusal","refusal":"Never."}]}]""",
        """[{"role":"user","parts":[{"text":"a"}]},{"role":"model","parts":[{"text":"No."},{"text":"Never."}]}]""")]
    [InlineData("nothing said is nothing sent, names have no place",
        """[{"role":"user","name":"Ann","content":"a"},{"role":"assistant","content":""},{"role":"assistant"},{"role":"user","content":"b"}]""",
        """[{"role":"user","parts":[{"text":"a"},{"text":"b"}]}]""")]
    public void Messages_become_contents(string what, string messages, string contents) =>
        GeminiWire.Sent($$"""{"model":"m","messages":{{messages}}}""").ShouldBe($$"""{"contents":{{contents}}{{End}}""", what);

    [Fact]
    public void Instructions_go_to_the_front_wherever_they_stood() =>
        GeminiWire.Sent("""{"model":"m","messages":[{"role":"system","content":"Be kind."},{"role":"user","content":"a"},{"role":"developer","content":[{"type":"text","text":"Be short."}]},{"role":"system","content":""}]}""")
            .ShouldBe("""{"contents":[{"role":"user","parts":[{"text":"a"}]}],"systemInstruction":{"parts":[{"text":"Be kind."},{"text":"Be short."}]}""" + End);

    [Theory]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}]}""", null, 16_384)]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}]}""", 5L, 5)]
    [InlineData("""{"model":"m","max_tokens":7,"messages":[{"role":"user","content":"a"}]}""", 5L, 7)]
    [InlineData("""{"model":"m","max_tokens":7,"max_completion_tokens":9,"messages":[{"role":"user","content":"a"}]}""", 5L, 9)]
    [InlineData("""{"model":"m","max_tokens":99999999999,"messages":[{"role":"user","content":"a"}]}""", 5L, int.MaxValue)]
    public void No_longer_answer_is_asked_for_than_money_was_held_for(string body, long? most, long expected) =>
        GeminiWire.Sent(body, card: new ModelCard { Id = "c", MaxOutputTokens = most }).ShouldContain($"\"maxOutputTokens\":{expected}}}");

    [Theory]
    [InlineData("""[{"role":"system","content":"a"}]""", "invalid_value", "messages")]
    [InlineData("""[{"content":"a"}]""", "missing_required_parameter", "messages[0].role")]
    [InlineData("""[{"role":7,"content":"a"}]""", "invalid_type", "messages[0].role")]
    [InlineData("""[{"role":"user","role":"assistant","content":"a"}]""", "duplicate_parameter", "messages[0].role")]
    [InlineData("""[{"role":"narrator","content":"a"}]""", "invalid_value", "messages[0].role")]
    [InlineData("""[{"role":"function","name":"f","content":"a"}]""", "invalid_value", "messages[0].role")]
    [InlineData("""[{"role":"user","content":"a"},{"role":"assistant","function_call":{"name":"f","arguments":"{}"}}]""", "unsupported_parameter", "messages[1].function_call")]
    [InlineData("""[{"role":"user","content":"a"},{"role":"assistant","audio":{"id":"x"}}]""", "unsupported_parameter", "messages[1].audio")]
    [InlineData("""[{"role":"user","content":[{"type":"text"}]}]""", "missing_required_parameter", "messages[0].content[0].text")]
    [InlineData("""[{"role":"user","content":[{"type":"text","text":7}]}]""", "invalid_type", "messages[0].content[0].text")]
    [InlineData("""[{"role":"user","content":[{"text":"a"}]}]""", "missing_required_parameter", "messages[0].content[0].type")]
    [InlineData("""[{"role":"user","content":[{"type":"video_url","video_url":{}}]}]""", "invalid_content_type", "messages[0].content[0]")]
    public void Message_that_cannot_be_said_is_refused_by_its_path(string messages, string code, string param)
    {
        var error = GeminiWire.Refused($$"""{"model":"m","messages":{{messages}}}""");

        (error.Status, error.Code, error.Param).ShouldBe((400, code, param));
    }
}
