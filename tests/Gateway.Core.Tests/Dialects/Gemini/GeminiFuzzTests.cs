using System.Text;
using System.Text.Json;
using Gateway.Core.Dialects.Gemini;
using Gateway.Core.Streaming;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Dialects.Gemini;

/// <summary>Nothing that is sent makes the dialect throw, and what it writes is JSON.</summary>
public sealed class GeminiFuzzTests
{
    private const int Mutations = 20_000;

    private static readonly string[] Splices =
    [
        "\"", "\\", "{", "}", "[", "]", ",", ":", "null", "true", "-1", "1e400", "\"\"", "{}", "[]", "\\ud800", "\\u0000", "\n", "\u00e9", "\ud83c\udf0d", "\0",
        "\"role\":\"tool\"", "\"text\":7", "\"type\":\"file\"", "\"content\":null", "\"index\":9", "\"finishReason\":\"STOP\"", "\"thought\":true", "\"error\":{}",
        "\"functionCall\":{\"name\":\"x\"}", "\"usageMetadata\":{\"promptTokenCount\":-1}", "\"tool_choice\":\"required\"", "data:", "data: {\"candidates\":[{}]}\n\n",
    ];

    private static readonly byte[] Request = Encoding.UTF8.GetBytes($$$$$"""
        {"model":"m","temperature":0.5,"n":2,"stop":["a"],"reasoning_effort":"low","response_format":{"type":"json_schema","json_schema":{"schema":{}}},"logprobs":true,"top_logprobs":2,
         "tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"},"strict":true}}],"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"function":{"name":"f"}}]}},
         "messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":"text","text":"a\u00e9"},{"type":"image_url","image_url":{"url":"data:image/png;base64,{{{{{Convert.ToBase64String(GeminiWire.Png())}}}}}"}},
         {"type":"input_audio","input_audio":{"data":"QUJD","format":"wav"}},{"type":"file","file":{"file_data":"data:application/pdf;base64,QUJD"}}]},
         {"role":"assistant","content":null,"refusal":"r","extra_content":{"google":{"thought_signature":"x"}},"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\"a\":[1]}"}}]},
         {"role":"tool","tool_call_id":"c","content":[{"type":"text","text":"{\"b\":2}"}]}]}
        """);

    private static readonly byte[] Answer = Encoding.UTF8.GetBytes("""
        {"candidates":[{"content":{"parts":[{"text":"t","thought":true},{"text":"a\"\u00e9","thoughtSignature":"s"},{"functionCall":{"id":"i","name":"f","args":{"a":{"b":"\\ \" x"}}}},{"inlineData":{"mimeType":"image/png","data":"QUJD"}}],
         "role":"model"},"finishReason":"STOP","index":0,"logprobsResult":{"topCandidates":[{"candidates":[{"token":"a","logProbability":-1}]}],"chosenCandidates":[{"token":"a","logProbability":-1}]}}],
         "promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":6,"thoughtsTokenCount":7,"promptTokensDetails":[{"modality":"IMAGE","tokenCount":2}]}}
        """.ReplaceLineEndings(" "));

    [Fact]
    public void Requests_are_translated_or_refused()
    {
        var damage = new Damage(20_260_101, Splices);
        for (var i = 0; i < Mutations; i++)
        {
            var body = damage.Of(Request);
            if (GeminiWire.Write(body, i % 2 == 0 ? GeminiWire.OldModel : GeminiWire.NewModel).TryGet(out var written, out var error))
            {
                ShouldBeJson(GeminiWire.Text(written), body);
            }
            else
            {
                (error.Status / 100).ShouldBe(4);
            }
        }
    }

    [Fact]
    public void Answers_are_translated_or_none()
    {
        var damage = new Damage(20_260_102, Splices);
        for (var i = 0; i < Mutations; i++)
        {
            var body = damage.Of(Answer);
            var output = new System.Buffers.ArrayBufferWriter<byte>();
            if (GeminiDialect.Instance.Translation.TryWriteAnswer(body, GeminiWire.Frame, output))
            {
                ChatAnswerReader.TryRead(output.WrittenSpan, out var answer).ShouldBeTrue();
                answer.HasChoices.ShouldBeTrue();
            }

            GeminiWire.Begun(body);
            GeminiErrors.Read(500, body);
        }
    }

    [Fact]
    public void Streams_are_translated_or_broken()
    {
        var damage = new Damage(20_260_103, Splices);
        byte[] stream = [.. "data: "u8, .. Answer, .. "\r\n\r\ndata: "u8, .. Answer, .. "\n\n"u8];
        for (var i = 0; i < Mutations; i++)
        {
            var bytes = damage.Of(stream);
            var seen = GeminiWire.Stream(bytes, damage.Random.Next(bytes.Length + 1));
            foreach (var chunk in seen.Chunks)
            {
                ShouldBeJson(chunk, bytes);
            }
        }
    }

    private static void ShouldBeJson(string json, byte[] from)
    {
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json), new JsonReaderOptions { MaxDepth = 256 });
            while (reader.Read())
            {
            }
        }
        catch (JsonException)
        {
            Assert.Fail($"{json} from {Encoding.UTF8.GetString(from)}");
        }
    }
}
