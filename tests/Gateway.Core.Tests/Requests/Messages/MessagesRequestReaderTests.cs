using System.Text;
using Gateway.Core.Images;
using Gateway.Core.Requests;
using Gateway.Core.Requests.Messages;
using Gateway.Core.Text;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Requests.Messages;

public sealed class MessagesRequestReaderTests
{
    private const int Rounds = 20_000;

    private const string Rich = """
        {"model":"m","max_tokens":9,"stream":true,"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}],"metadata":{"user_id":"u"},"thinking":{"type":"enabled","budget_tokens":2},
         "tools":[{"name":"f","input_schema":{"type":"object"}},{"type":"bash_20250124","name":"bash"}],"tool_choice":{"type":"auto"},"output_config":{"effort":"low"},
         "messages":[{"role":"user","content":[{"type":"text","text":"a\u00e9"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}]},
         {"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"x"},{"type":"tool_use","id":"1","name":"f","input":{"a":[1]}}]},
         {"role":"user","content":[{"type":"tool_result","tool_use_id":"1","content":[{"type":"image","source":{"type":"url","url":"https://x/y"}}]},
           {"type":"document","source":{"type":"content","content":[{"type":"text","text":"d"},{"type":"image","source":{"type":"file","file_id":"file-a"}}]}}]}]}
        """;

    private static readonly string[] Fragments =
        ["\"", "{", "}", "[", "]", ",", ":", "\\", "\\u", "\\ud800", "null", "true", "-", "1e999", "\"type\":", "\"source\":", "\"content\":", "\u0000", "é", "{}", "\"role\":\"user\",", "\"type\":\"image\",", "[[[["];

    [Fact]
    public void Body_is_read_in_one_pass_into_values_and_ranges()
    {
        var body = Encoding.UTF8.GetBytes(Rich);

        MessagesRequestReader.TryRead(body, 50, forCount: false, out var request, out var error).ShouldBeTrue(error?.Message);

        (request!.Model, request.Stream, request.MaxTokens, request.EndUser).ShouldBe(("m", true, 9, "u"));
        (request.Messages, request.WantsThinking, request.LongLivedCache, request.File).ShouldBe((3, true, null, null));
        request.Images.Select(image => (image.Path, image.Source, image.Detail)).ShouldBe(
        [
            ("messages[0].content[1]", ImageSource.Base64, ImageDetail.Auto),
            ("messages[2].content[0].content[0]", ImageSource.Remote, ImageDetail.Auto),
            ("messages[2].content[1].source.content[1]", ImageSource.File, ImageDetail.Auto),
        ]);
        request.Images.Select(image => Encoding.UTF8.GetString(image.Url.Of(body))).ShouldBe(["AAAA", "https://x/y", "file-a"]);
        Encoding.UTF8.GetString(request.Sources[0].MediaType.Of(body)).ShouldBe("\"image/png\"");
        Encoding.UTF8.GetString(request.Sources[2].Object.Of(body)).ShouldBe("""{"type":"file","file_id":"file-a"}""");
        var tools = """[{"name":"f","input_schema":{"type":"object"}},{"type":"bash_20250124","name":"bash"}]""";
        request.Text.ShouldBe(TextSize.OfJson(Encoding.UTF8.GetBytes("s" + "a\\u00e9" + "t" + "fa1" + "d" + tools + """{"effort":"low"}""")));
    }

    [Theory]
    [InlineData("", null, null)]
    [InlineData("[]", "invalid_type", null)]
    [InlineData("{\"model\":\"m\"} x", null, null)]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"max_tokens":1}""", "missing_required_parameter", "model")]
    [InlineData("""{"model":"m","max_tokens":1}""", "missing_required_parameter", "messages")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}]}""", "missing_required_parameter", "max_tokens")]
    [InlineData("""{"model":"m","max_tokens":0,"messages":[]}""", "invalid_value", "max_tokens")]
    [InlineData("""{"model":"m","max_tokens":1,"max_tokens":2,"messages":[]}""", "duplicate_parameter", "max_tokens")]
    [InlineData("""{"model":"m","Max_Tokens":1,"messages":[]}""", "unknown_parameter", "Max_Tokens")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[]}""", "empty_array", "messages")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[7]}""", "invalid_type", "messages[0]")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"content":"x"}]}""", "missing_required_parameter", "messages[0].role")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user"}]}""", "missing_required_parameter", "messages[0].content")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"tool","content":"x"}]}""", "invalid_value", "messages[0].role")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","role":"user","content":"x"}]}""", "duplicate_parameter", "messages[0].role")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"x","content":[]}]}""", "duplicate_parameter", "messages[0].content")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","Content":"x"}]}""", "unknown_parameter", "messages[0].Content")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":{}}]}""", "invalid_type", "messages[0].content")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":null}]}""", "invalid_type", "messages[0].content")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":["x"]}]}""", "invalid_type", "messages[0].content[0]")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"text":"x"}]}]}""", "missing_required_parameter", "messages[0].content[0].type")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"text","type":"image"}]}]}""", "duplicate_parameter", "messages[0].content[0].type")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"image"}]}]}""", "missing_required_parameter", "messages[0].content[0].source")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"image","Source":{}}]}]}""", "unknown_parameter", "messages[0].content[0].Source")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"image","source":{"data":"x"}}]}]}""", "missing_required_parameter", "messages[0].content[0].source.type")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png"}}]}]}""", "missing_required_parameter", "messages[0].content[0].source.data")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","data":"AAAA"}}]}]}""", "missing_required_parameter", "messages[0].content[0].source.media_type")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"text/plain","data":"AAAA"}}]}]}""", "invalid_image_format", "messages[0].content[0]")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA","data":"BBBB"}}]}]}""", "duplicate_parameter", "messages[0].content[0].source.data")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","url":"https://x","data":"AAAA"}}]}]}""", "invalid_value", "messages[0].content[0].source")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"url","url":"file:///etc/passwd"}}]}]}""", "invalid_image_url", "messages[0].content[0]")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"ftp","url":"https://x"}}]}]}""", "invalid_value", "messages[0].content[0].source.type")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"picture","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}]}]}""", "invalid_value", "messages[0].content[0].type")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"tool_result","content":[{"type":"image","source":{"type":"base64","media_type":7}}]}]}]}""", "invalid_type", "messages[0].content[0].content[0].source.media_type")]
    [InlineData("""{"model":"m","max_tokens":1,"system":[{"type":"image","source":{"type":"url","url":"https://x/y"}}],"messages":[{"role":"user","content":"x"}]}""", "invalid_value", "system[0]")]
    [InlineData("""{"model":"m","max_tokens":1,"system":7,"messages":[{"role":"user","content":"x"}]}""", "invalid_type", "system")]
    [InlineData("""{"model":"m","max_tokens":1,"metadata":{"user_id":7},"messages":[{"role":"user","content":"x"}]}""", "invalid_type", "metadata.user_id")]
    [InlineData("""{"model":"m","max_tokens":1,"thinking":{"type":"maybe"},"messages":[{"role":"user","content":"x"}]}""", "invalid_value", "thinking.type")]
    [InlineData("""{"model":"m","max_tokens":1,"tools":[{"type":"web_search_20250305","name":"web_search"}],"messages":[{"role":"user","content":"x"}]}""", "unsupported_parameter", "tools[0].type")]
    [InlineData("""{"model":"m","max_tokens":1,"tools":[{"name":"f"},{"type":"code_execution_20250825","name":"x"}],"messages":[{"role":"user","content":"x"}]}""", "unsupported_parameter", "tools[1].type")]
    [InlineData("""{"model":"m","max_tokens":1,"tools":[{"name":"f","type":"custom","type":"web_search_20250305"}],"messages":[{"role":"user","content":"x"}]}""", "duplicate_parameter", "tools[0].type")]
    [InlineData("""{"model":"m","max_tokens":1,"mcp_servers":[{}],"messages":[{"role":"user","content":"x"}]}""", "unsupported_parameter", "mcp_servers")]
    [InlineData("""{"model":"m","max_tokens":1,"service_tier":"priority","messages":[{"role":"user","content":"x"}]}""", "unsupported_parameter", "service_tier")]
    [InlineData("""{"model":"m","max_tokens":1,"speed":"fast","messages":[{"role":"user","content":"x"}]}""", "unsupported_parameter", "speed")]
    [InlineData("""{"model":"m","max_tokens":1,"inference_geo":"us","messages":[{"role":"user","content":"x"}]}""", "unsupported_parameter", "inference_geo")]
    public void Hostile_body_is_refused_by_name(string body, string? code, string? param)
    {
        MessagesRequestReader.TryRead(Encoding.UTF8.GetBytes(body), 50, forCount: false, out var request, out var error).ShouldBeFalse();

        request.ShouldBeNull();
        (error!.Status, error.Code, error.Param).ShouldBe((400, code, param));
    }

    [Fact]
    public void Images_are_counted_wherever_they_are()
    {
        MessagesRequestReader.TryRead(Encoding.UTF8.GetBytes(Rich), 2, forCount: false, out _, out var error).ShouldBeFalse();

        error!.Code.ShouldBe("too_many_images");
    }

    [Fact]
    public void Nesting_and_encoding_are_bounded()
    {
        Refusal(Encoding.UTF8.GetBytes($$"""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"tool_use","input":{{new string('[', 70)}}""")).ShouldContain("nested deeper than 64");
        Refusal([.. "{\"model\":\"m"u8, 0xFF, .. "\"}"u8]).ShouldContain("UTF-8");
    }

    [Fact]
    public void Maximum_may_be_absent_where_tokens_are_counted() =>
        MessagesRequestReader.TryRead("""{"model":"m","messages":[{"role":"user","content":"x"}]}"""u8.ToArray(), 50, forCount: true, out _, out _).ShouldBeTrue();

    [Fact]
    public void Document_is_a_file_and_its_bytes_are_no_text()
    {
        var body = Encoding.UTF8.GetBytes($$$"""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"document","title":"t","source":{"type":"base64","media_type":"application/pdf","data":"{{{new string('A', 4000)}}}"}}]}]}""");

        MessagesRequestReader.TryRead(body, 50, forCount: false, out var request, out var error).ShouldBeTrue(error?.Message);

        (request!.File, request.Text).ShouldBe(("messages[0].content[0]", TextSize.OfJson("t"u8)));
    }

    [Fact]
    public void Cache_of_an_hour_is_noted_wherever_it_is() =>
        Read("""{"model":"m","max_tokens":1,"tools":[{"name":"f","cache_control":{"type":"ephemeral","ttl":"1h"}}],"messages":[{"role":"user","content":"x"}]}""").LongLivedCache.ShouldBe("tools[0].cache_control.ttl");

    [Fact]
    public void No_mutated_body_throws()
    {
        var damage = new Damage(20_261_121, Fragments);
        var (read, refused) = (0, 0);
        for (var i = 0; i < Rounds; i++)
        {
            var body = damage.Of(Encoding.UTF8.GetBytes(Rich));
            if (MessagesRequestReader.TryRead(body, 50, forCount: false, out var request, out var error))
            {
                read++;
                request.Sources.Count.ShouldBe(request.Images.Count);
                request.Images.ShouldAllBe(image => image.Url.End <= body.Length);
            }
            else
            {
                refused++;
                error.Status.ShouldBe(400);
            }
        }

        read.ShouldBeGreaterThan(Rounds / 100);
        refused.ShouldBeGreaterThan(Rounds / 2);
    }

    private static MessagesRequest Read(string json)
    {
        MessagesRequestReader.TryRead(Encoding.UTF8.GetBytes(json), 50, forCount: false, out var request, out var error);
        return request.ShouldNotBeNull(error?.Message);
    }

    private static string Refusal(byte[] body)
    {
        MessagesRequestReader.TryRead(body, 50, forCount: false, out _, out var error).ShouldBeFalse();
        return error!.Message;
    }
}
