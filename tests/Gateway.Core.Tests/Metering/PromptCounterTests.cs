using System.Text;
using Gateway.Core.Metering;
using Gateway.Core.Tests.Text;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Metering;

public sealed class PromptCounterTests
{
    private const string Question = """{"role":"user","content":"hello"}""";

    /// <summary>Counts that the API itself was seen to bill.</summary>
    [Theory]
    [InlineData("""{"role":"user","content":"Hello, how are you?"}""", 13)]
    [InlineData("""{"role":"system","content":"\u00e1"}""", 8)]
    [InlineData("""{"role":"system","name":"example_user","content":"New synergies will help drive top-line growth."}""", 20)]
    [InlineData("""{"role":"user","content":"Is there a dress code?"}""", 13)]
    [InlineData("""{"role":"user","content":"hello world"}""", 9)]
    [InlineData("""{"role":"system","content":"hello:"}""", 9)]
    [InlineData("""{"role":"system","content":"# Important: you're the best robot"},{"role":"user","content":"hello robot"},{"role":"assistant","content":"hello world"}""", 27)]
    [InlineData("""{"role":"user","content":"hello world"},{"role":"function","name":"do_stuff","content":"{}"}""", 15)]
    [InlineData("""{"role":"user","content":"hello world"},{"role":"function","name":"do_stuff","content":"{\"foo\": \"bar\", \"baz\": 1.5}"}""", 28)]
    [InlineData("""{"role":"assistant","content":"","function_call":{"name":"do_stuff","arguments":"{\"foo\": \"bar\", \"baz\": 1.5}"}}""", 26)]
    [InlineData("""{"role":"assistant","content":"","function_call":{"name":"do_stuff","arguments":"{\"foo\":\"bar\", \"baz\":\n\n 1.5}"}}""", 25)]
    public void Messages_count_as_the_api_bills_them(string messages, long tokens) =>
        Count($$"""{"model":"gpt-3.5-turbo","messages":[{{messages}}]}""", "cl100k_base").ShouldBe(new PromptCount(tokens, true));

    /// <summary>An image of one pixel is billed 255 tokens beside them; one of 1126 x 488 at auto 765 less 170, so 595; 2560 x 1669 1105.</summary>
    [Theory]
    [InlineData("Describe this picture:", 266 - 255)]
    [InlineData("hi", 603 - 595)]
    [InlineData("What's in this image?", 1117 - 1105)]
    public void Text_beside_an_image_counts_without_it(string text, long tokens) =>
        Count(
            $$"""
            {"model":"gpt-4o","messages":[{"role":"user","content":[
              {"type":"text","text":"{{text}}"},
              {"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo=","detail":"auto"} }]}]}
            """).ShouldBe(new PromptCount(tokens, true));

    /// <summary>Counts that the API itself was seen to bill.</summary>
    [Theory]
    [InlineData(Question, """{"name":"foo","parameters":{"type":"object","properties":{}}}""", 31)]
    [InlineData(Question, """{"name":"foo","description":"Do a foo","parameters":{"type":"object","properties":{}}}""", 36)]
    [InlineData(Question, """{"name":"bing_bong","description":"Do a bing bong","parameters":{"type":"object","properties":{"foo":{"type":"string"}}}}""", 49)]
    [InlineData(Question, """{"name":"bing_bong","description":"Do a bing bong","parameters":{"type":"object","properties":{"foo":{"type":"string"},"bar":{"type":"number","description":"A number"}}}}""", 57)]
    [InlineData(Question, """{"name":"bing_bong","description":"Do a bing bong","parameters":{"type":"object","properties":{"foo":{"type":"object","properties":{"bar":{"type":"string","enum":["a","b","c"]},"baz":{"type":"boolean"}}}}}}""", 68)]
    [InlineData("""{"role":"system","content":"Hello"},{"role":"user","content":"Hi there"}""", """{"name":"do_stuff","parameters":{"type":"object","properties":{}}}""", 35)]
    [InlineData("""{"role":"system","content":"Hello:"},{"role":"user","content":"Hi there"}""", """{"name":"do_stuff","parameters":{"type":"object","properties":{}}}""", 35)]
    [InlineData("""{"role":"system","content":"Hello:"},{"content":"Hello","role":"system"},{"role":"user","content":"Hi there"}""", """{"name":"do_stuff","parameters":{"type":"object","properties":{}}}""", 40)]
    [InlineData(
        Question,
        """
        {"name":"get_recipe","parameters":{"type":"object","required":["ingredients","instructions","time_to_cook"],"properties":{
          "ingredients":{"type":"array","items":{"type":"object","required":["name","unit","amount"],"properties":{
            "name":{"type":"string"},"unit":{"enum":["grams","ml","cups","pieces","teaspoons"],"type":"string"},"amount":{"type":"number"}}}},
          "instructions":{"type":"array","items":{"type":"string"},"description":"Steps to prepare the recipe (no numbering)"},
          "time_to_cook":{"type":"number","description":"Total time to prepare the recipe in minutes"}}}}
        """,
        106)]
    public void Functions_count_as_the_api_bills_them(string messages, string function, long tokens)
    {
        Count($$"""{"functions":[{{function}}],"messages":[{{messages}}]}""", "cl100k_base").ShouldBe(new PromptCount(tokens, true));
        Count($$"""{"messages":[{{messages}}],"tools":[{"type":"function","function":{{function}}}]}""", "cl100k_base").ShouldBe(new PromptCount(tokens, true));
    }

    [Theory]
    [InlineData("tool_choice", "\"auto\"", 0, true)]
    [InlineData("tool_choice", "\"none\"", 1, true)]
    [InlineData("tool_choice", "null", 0, true)]
    [InlineData("tool_choice", "\"required\"", 0, false)]
    [InlineData("tool_choice", """{"type":"function","function":{"name":"foo"}}""", 8, true)]
    [InlineData("function_call", """{"name":"foo"}""", 5, true)]
    [InlineData("tool_choice", "7", 0, false)]
    public void Choice_of_a_tool_costs_its_own(string name, string choice, long tokens, bool exact)
    {
        const string Tools = """ "tools":[{"type":"function","function":{"name":"foo","parameters":{}}}] """;

        Count($$"""{ {{Tools}},"messages":[{{Question}}],"{{name}}":{{choice}}}""", "cl100k_base").ShouldBe(new PromptCount(31 + tokens, exact));
    }

    [Fact]
    public void Call_of_a_tool_counts_its_name_and_arguments_and_no_id()
    {
        const string Messages =
            """[{"role":"assistant","content":null,"refusal":null,"tool_calls":[{"id":"call_123","type":"function","function":{"name":"foo","arguments":"{}"}}]}]""";

        // 3 and 3, assistant, foo, {}.
        Count($$"""{"messages":{{Messages}}}""").ShouldBe(new PromptCount(9, true));
    }

    [Theory]
    [InlineData("""{"type":"refusal","refusal":"hello"}""", 1, true)]
    [InlineData("""{"type":"text","text":"hello","prompt_cache_breakpoint":{"mode":"x"}}""", 1, true)]
    [InlineData("""{"type":"image_file","image_file":{"file_id":"file-abc"}}""", 0, true)]
    [InlineData("""{"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}}""", 0, false)]
    [InlineData("""{"type":"file","file":{"file_data":"AAAA"}}""", 0, false)]
    [InlineData("""{"type":"odd","odd":"hello"}""", 3, false)]
    [InlineData("\"hello\"", 1, true)]
    public void Parts_count_their_text_alone(string part, long tokens, bool exact) =>
        Count($$"""{"messages":[{"role":"user","content":[{{part}}]}]}""").ShouldBe(new PromptCount(7 + tokens, exact));

    [Fact]
    public void Schema_of_the_answer_counts_as_its_json_text()
    {
        const string Schema = """{"type":"object","properties":{"a":{"type":"string"}}}""";
        var expected = 8 + Encoders.Get("o200k_base").Count(Encoding.UTF8.GetBytes(Schema));

        Count($$"""{"messages":[{{Question}}],"response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":{{Schema}} } } }""")
            .ShouldBe(new PromptCount(expected, false));
        Count($$"""{"messages":[{{Question}}],"response_format":{"type":"json_object"} }""").ShouldBe(new PromptCount(8, true));
        Count($$"""{"messages":[{{Question}}],"response_format":"json"}""").ShouldBe(new PromptCount(8, true));
    }

    [Fact]
    public void Every_prefix_of_a_body_counts_something_and_none_throws()
    {
        var body = """
            {"messages":[{"role":"system","name":"n","content":[{"type":"text","text":"\u00e9"},{"type":"image_url","image_url":{"url":"data:x"}}],"tool_calls":[{"function":{"name":"a","arguments":"{}"}}]}],
             "tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","required":["a"],"properties":{"a":{"anyOf":[{"type":"string"},{"type":"null"}]}}}}}],
             "tool_choice":{"function":{"name":"f"}},"response_format":{"json_schema":{"schema":{}}}}
            """u8.ToArray();
        var encoder = Encoders.Get("o200k_base");

        for (var length = 0; length < body.Length; length++)
        {
            PromptCounter.Count(body.AsSpan(0, length), encoder).IsExact.ShouldBeFalse();
        }
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("""{"messages":7}""")]
    [InlineData("""{"messages":["hello"]}""")]
    [InlineData("""{"messages":[{"role":7,"content":{"a":[1]},"name":[],"tool_calls":{}}]}""")]
    [InlineData("""{"messages":[{"tool_calls":["x"],"function_call":"y","audio":{"id":"z"}}]}""")]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"messages":[],"tools":[{"type":"function","function":{"name":"f","parameters":{"properties":{"\ud800":{}}}}}]}""")]
    [InlineData("""{"messages":[],"tools":"x"}""")]
    public void Odd_bodies_count_without_being_exact(string body)
    {
        var count = Count(body);

        count.IsExact.ShouldBeFalse();
        count.Tokens.ShouldBeGreaterThanOrEqualTo(3);
    }

    [Fact]
    public void Picture_in_a_messages_own_field_is_no_text()
    {
        var picture = new string('A', 4096);

        Count($$"""{"messages":[{"role":"user","content":"Hello, how are you?","image":{"base64":"{{picture}}","detail":"low"} }]}""").ShouldBe(new PromptCount(13, true));
    }

    [Fact]
    public void Random_damage_never_throws()
    {
        var encoder = Encoders.Get("o200k_base");
        var body = """{"messages":[{"role":"user","content":[{"type":"text","text":"a\u00e9b"}]}],"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"a":{"type":"array","items":{"enum":["x",1],"type":"string"}}}}}}]}"""u8;
        var random = new Random(11);
        for (var round = 0; round < 3_000; round++)
        {
            var damaged = body.ToArray();
            for (var i = 0; i < 1 + (round % 4); i++)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            PromptCounter.Count(damaged, encoder).Tokens.ShouldBeGreaterThanOrEqualTo(3);
        }
    }

    private static PromptCount Count(string body, string encoding = "o200k_base") => PromptCounter.Count(Encoding.UTF8.GetBytes(body), Encoders.Get(encoding));
}
