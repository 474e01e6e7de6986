using System.Buffers;
using System.Text;
using Gateway.Core.Dialects;
using Gateway.Core.Dialects.Anthropic;
using Gateway.Core.Streaming;
using Gateway.Core.Tests.Images;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Dialects.Anthropic;

public sealed class AnthropicHostileTests
{
    private const int Rounds = 20_000;

    private static readonly ChatFrame Frame = new("chatcmpl-1", 1, "\"m\""u8.ToArray());

    private static readonly string[] Fragments =
        ["\"", "{", "}", "[", "]", ",", ":", "\\", "\\u", "\\ud800", "null", "true", "-", "1e999", "\"type\":", "\"text\":", "\"index\":0", "\u0000", "é", "\n\n", "data: ", "{}", "\"input\":{\"a\":1},"];

    private static readonly string Request = """
        {"model":"m","stream":true,"max_tokens":5,"temperature":0.5,"stop":["a"],"user":"u","reasoning_effort":"low","tool_choice":"auto","parallel_tool_calls":false,
         "tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"properties":{}}}}],"response_format":{"type":"json_schema","json_schema":{"schema":{"type":"object"}}},
         "messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":"text","text":"a\u00e9"},{"type":"image_url","image_url":{"url":"data:image/png;base64,PICTURE"}}]},
         {"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]},{"role":"tool","tool_call_id":"1","content":[{"type":"text","text":"x"}]}]}
        """.Replace("PICTURE", Convert.ToBase64String(PngBytes.Of(3, 4)), StringComparison.Ordinal);

    // Of long texts, so that many mutations leave a request.
    private static readonly string Talk =
        $$"""{"model":"m","messages":[{"role":"system","content":"{{new string('s', 200)}}"},{"role":"user","content":[{"type":"text","text":"{{new string('u', 300)}}"}]},{"role":"assistant","content":"{{new string('a', 300)}}"},{"role":"user","content":"?"}]}""";

    private const string Answer =
        """{"id":"msg","type":"message","content":[{"type":"thinking","thinking":"hm","signature":"s"},{"type":"text","text":"t\u00e9"},{"type":"tool_use","id":"1","name":"f","input":{"a":[1,"x"]}}],"stop_reason":"tool_use","usage":{"input_tokens":3,"output_tokens":4,"output_tokens_details":{"thinking_tokens":1}}}""";

    private const string Stream = """
        data: {"type":"message_start","message":{"usage":{"input_tokens":25,"output_tokens":1}}}

        data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

        data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"h\u00e9"}}

        data: {"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}}

        data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{}"}}

        data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":50}}

        data: {"type":"message_stop"}


        """;

    [Fact]
    public void No_mutated_request_throws()
    {
        var damage = new Damage(20_251_101, Fragments);
        var (written, refused) = (0, 0);
        for (var i = 0; i < Rounds; i++)
        {
            var body = damage.Of(Encoding.UTF8.GetBytes(damage.Random.Next(2) == 0 ? Request : Talk));
            if (!AnthropicRequests.Translate(body).TryGet(out var translated, out var error))
            {
                error.Status.ShouldBe(400);
                refused++;
                continue;
            }

            written++;
            IsJson(Encoding.UTF8.GetBytes(AnthropicRequests.TextOf(translated))).ShouldBeTrue(Encoding.UTF8.GetString(body));
        }

        // Mutations that all fail, or all pass, would prove little.
        written.ShouldBeGreaterThan(Rounds / 20);
        refused.ShouldBeGreaterThan(Rounds / 5);
    }

    [Fact]
    public void No_mutated_answer_throws()
    {
        var damage = new Damage(20_251_102, Fragments);
        var (written, refused) = (0, 0);
        for (var i = 0; i < Rounds; i++)
        {
            var answer = damage.Of(Encoding.UTF8.GetBytes(Answer));
            AnthropicDialect.Instance.Translation.ReadBegun(answer, null);
            AnthropicDialect.Instance.ReadRefusal(400, answer);
            var output = new ArrayBufferWriter<byte>();
            if (!AnthropicDialect.Instance.Translation.TryWriteAnswer(answer, Frame, output))
            {
                refused++;
                continue;
            }

            written++;
            ChatAnswerReader.TryRead(output.WrittenSpan, out var read).ShouldBeTrue(Encoding.UTF8.GetString(answer));
            read.Choices.ShouldBe(1);
        }

        written.ShouldBeGreaterThan(Rounds / 20);
        refused.ShouldBeGreaterThan(Rounds / 5);
    }

    [Fact]
    public void No_mutated_stream_throws()
    {
        var damage = new Damage(20_251_103, Fragments);
        var (ended, broken) = (0, 0);
        for (var i = 0; i < Rounds; i++)
        {
            // Every chunk that is written is looked at inside.
            var result = AnthropicStreams.Run(damage.Of(Encoding.UTF8.GetBytes(Stream)), damage.Random.Next(0, 60), includeUsage: damage.Random.Next(2) == 0);
            ended += result.Terminal ? 1 : 0;
            broken += result.Malformed || result.Error is not null ? 1 : 0;
        }

        ended.ShouldBeGreaterThan(Rounds / 20);
        broken.ShouldBeGreaterThan(Rounds / 5);
    }

    private static bool IsJson(ReadOnlySpan<byte> json)
    {
        var reader = new System.Text.Json.Utf8JsonReader(json);
        try
        {
            reader.Read();
            reader.Skip();
            return !reader.Read() && reader.TokenType == System.Text.Json.JsonTokenType.EndObject;
        }
        catch (System.Text.Json.JsonException)
        {
            return false;
        }
    }
}
