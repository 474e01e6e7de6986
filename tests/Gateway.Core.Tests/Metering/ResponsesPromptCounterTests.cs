using System.Text;
using Gateway.Core.Metering;
using Gateway.Core.Text;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Metering;

public sealed class ResponsesPromptCounterTests
{
    [Theory]
    [InlineData("""{"model":"m","input":"Hello, how are you?"}""", 12, true)]
    [InlineData("""{"model":"m","input":[{"role":"user","content":"Hello, how are you?"}]}""", 12, true)]
    [InlineData("""{"model":"m","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"Hello, how are you?"}]}]}""", 12, true)]
    [InlineData("""{"model":"m","instructions":"You are a helpful assistant.","input":"Hello, how are you?"}""", 22, true)]
    [InlineData("""{"model":"m","input":[{"role":"user","content":[{"type":"input_text","text":"Describe this picture:"},{"type":"input_image","detail":"low","image_url":"data:image/png;base64,iVBORw0KGgo="}]}]}""", 10, true)]
    [InlineData("""{"model":"m","input":[{"type":"function_call_output","call_id":"call_1","output":"hello world"}]}""", 8, true)]
    [InlineData("""{"model":"m","input":[{"type":"item_reference","id":"msg_1"}]}""", 6, false)]
    [InlineData("""{"model":"m","input":"hello world","text":{"format":{"type":"text"}}}""", 8, true)]
    [InlineData("""{"model":"m","input":"hello world","tool_choice":"none"}""", 9, true)]
    [InlineData("""{"model":"m","input":[{"role":"user","content":[{"type":"input_file","file_data":"AAAA","filename":"a.pdf"}]}]}""", 6, false)]
    [InlineData("""{"model":"m","input":"hello world" """, 8, false)]
    public void One_less_than_the_same_messages_of_a_chat(string body, long tokens, bool isExact) =>
        Count(body).ShouldBe(new PromptCount(tokens, isExact));

    [Fact]
    public void Tools_count_as_in_a_chat()
    {
        const string Function = """"name":"bing_bong","description":"Do a bing bong","parameters":{"type":"object","properties":{"foo":{"type":"string"}}}"""";
        BytePairEncoder.TryGet("o200k_base", out var encoder).ShouldBeTrue();
        var chat = PromptCounter.Count(
            Encoding.UTF8.GetBytes($$$"""{"model":"m","messages":[{"role":"user","content":"hello"}],"tools":[{"type":"function","function":{{{{Function}}}}}]}"""), encoder!);

        Count($$$"""{"model":"m","input":"hello","tools":[{"type":"function",{{{Function}}}}]}""").ShouldBe(chat with { Tokens = chat.Tokens - 1 });
    }

    private static PromptCount Count(string body)
    {
        BytePairEncoder.TryGet("o200k_base", out var encoder).ShouldBeTrue();
        return ResponsesPromptCounter.Count(Encoding.UTF8.GetBytes(body), encoder!);
    }
}
