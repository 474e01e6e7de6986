using System.Text;
using System.Text.Json;
using Gateway.Core.Dialects;
using Gateway.Core.Dialects.Anthropic;
using Gateway.Core.Dialects.Gemini;
using Gateway.Core.Dialects.OpenAi;
using Gateway.Core.Endpoints;
using Gateway.Core.Tests.Images;
using Gateway.Core.Text;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Dialects.Messages;

/// <summary>Nothing that is sent, or answered, makes the translation throw, and what it writes is JSON.</summary>
public sealed class MessagesHostileTests
{
    private const int Rounds = 10_000;

    private static readonly IDialect[] Dialects = [OpenAiDialect.Instance, AnthropicDialect.Instance, GeminiDialect.Instance];

    private static readonly string[] Fragments =
    [
        "\"", "{", "}", "[", "]", ",", ":", "\\", "\\u", "\\ud800", "null", "true", "-", "1e999", "\"type\":", "\"text\":", "\"content\":\"x\",", "\"source\":{},", "\u0000", "é", "{}",
        "\"type\":\"tool_result\",", "\"input\":7,", "\"name\":null,", "\"choices\":[],", "\"index\":1,", "\"arguments\":{},", "\"finish_reason\":\"stop\",",
    ];

    private static readonly string Request = """
        {"model":"m","max_tokens":9,"stream":true,"system":[{"type":"text","text":"s"}],"metadata":{"user_id":"u"},"thinking":{"type":"enabled","budget_tokens":2000},"stop_sequences":["a"],
         "tools":[{"name":"f","description":"d","input_schema":{"type":"object"}}],"tool_choice":{"type":"tool","name":"f"},"output_config":{"effort":"low","format":{"type":"json_schema","schema":{}}},
         "messages":[{"role":"user","content":[{"type":"text","text":"a\u00e9"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"PICTURE"}}]},
         {"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"x"},{"type":"tool_use","id":"1","name":"f","input":{"a":[1]}}]},
         {"role":"user","content":[{"type":"tool_result","tool_use_id":"1","content":[{"type":"text","text":"r"},{"type":"image","source":{"type":"url","url":"https://x/y"}}]},
           {"type":"document","title":"t","source":{"type":"content","content":[{"type":"text","text":"d"}]}},{"type":"search_result","source":"s","title":"t","content":[{"type":"text","text":"x"}]}]}]}
        """.Replace("PICTURE", Convert.ToBase64String(PngBytes.Of(3, 4)), StringComparison.Ordinal);

    private const string Answer =
        """{"id":"c","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"t\u00e9","reasoning_content":"hm","refusal":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{\"a\":[1,\"x\"]}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":3,"completion_tokens":4}}""";

    private const string Stream = """
        data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}

        data: {"choices":[{"index":0,"delta":{"content":"h\u00e9","reasoning_content":"x"}}]}

        data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"t","function":{"name":"f","arguments":"{}"}}]}}]}

        data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}

        data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}

        data: [DONE]


        """;

    [Fact]
    public void No_mutated_request_throws()
    {
        var damage = new Damage(20_261_122, Fragments);
        var (written, refused) = (0, 0);
        for (var i = 0; i < Rounds; i++)
        {
            var body = damage.Of(Encoding.UTF8.GetBytes(Request));
            if (MessagesWire.Write(body, Dialects[i % Dialects.Length]).TryGet(out var sent, out var error))
            {
                ShouldBeJson(MessagesWire.TextOf(sent));
                written++;
            }
            else
            {
                (error.Status / 100).ShouldBe(4);
                refused++;
            }
        }

        written.ShouldBeGreaterThan(Rounds / 100);
        refused.ShouldBeGreaterThan(Rounds / 4);
    }

    [Fact]
    public void No_mutated_answer_throws()
    {
        var damage = new Damage(20_261_123, Fragments);
        var written = 0;
        for (var i = 0; i < Rounds; i++)
        {
            if (MessagesWire.Answer(Encoding.UTF8.GetString(damage.Of(Encoding.UTF8.GetBytes(Answer))), thinking: true) is { } message)
            {
                ShouldBeJson(message);
                ApiEndpoint.Messages.TryReadAnswer(Encoding.UTF8.GetBytes(message), MessagesWire.Read(Ask), out var answer).ShouldBeTrue();
                answer.IsAnswer.ShouldBeTrue();
                written++;
            }
        }

        written.ShouldBeGreaterThan(Rounds / 100);
    }

    [Fact]
    public void No_mutated_stream_throws()
    {
        var damage = new Damage(20_261_124, Fragments);
        for (var i = 0; i < Rounds; i++)
        {
            var result = MessagesWire.Stream(Dialects[i % 2], [damage.Of(Encoding.UTF8.GetBytes(Stream))], thinking: true);

            if (i % 2 == 0)
            {
                foreach (var line in result.Events.Split('\n').Where(line => line.StartsWith("data: ", StringComparison.Ordinal)))
                {
                    ShouldBeJson(line["data: ".Length..]);
                }
            }
        }
    }

    [Fact]
    public void Text_is_counted_as_in_a_chat_though_the_pictures_are_gone()
    {
        BytePairEncoder.TryGet("o200k_base", out var encoder).ShouldBeTrue();
        var cut = Encoding.UTF8.GetBytes(Request.Replace(Convert.ToBase64String(PngBytes.Of(3, 4)), "", StringComparison.Ordinal));

        var whole = ApiEndpoint.Messages.CountText(Encoding.UTF8.GetBytes(Request), encoder!);

        whole.Tokens.ShouldBeGreaterThan(40);
        ApiEndpoint.Messages.CountText(cut, encoder!).ShouldBe(whole);
        ApiEndpoint.Messages.CountText(Encoding.UTF8.GetBytes(Ask), encoder!).ShouldBe(
            ApiEndpoint.ChatCompletions.CountText("""{"model":"m","messages":[{"role":"user","content":"x"}]}"""u8, encoder!));
    }

    private const string Ask = """{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"}]}""";

    private static void ShouldBeJson(string text)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text), new JsonReaderOptions { MaxDepth = 200 });
        try
        {
            while (reader.Read())
            {
                // To its end.
            }
        }
        catch (JsonException exception)
        {
            throw new InvalidOperationException($"This is no JSON: {text}", exception);
        }
    }
}
