using System.Text;
using Gateway.Core.Images;
using Gateway.Core.Requests;
using Gateway.Core.Text;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Requests;

public sealed class RequestReaderTests
{
    [Fact]
    public void Body_is_read_in_one_pass_into_values_and_ranges()
    {
        var body = Encoding.UTF8.GetBytes("""
            {"stream":true, "n":2, "max_tokens":10, "max_completion_tokens":20, "model":"gpt-4o",
             "stream_options":{"include_usage":true},
             "messages":[
               {"role":"system","content":"abcd"},
               {"role":"user","name":"bob","content":[
                 {"type":"text","text":"efgh"},
                 {"type":"image_url","image_url":{"detail":"low","url":"data:image/png;base64,AAAA"}},
                 {"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}],
             "unknown":{"kept":true}}
            """);

        RequestReader.TryRead(body, 50, out var request, out var error).ShouldBeTrue(error?.Message);

        (request!.Model, request.Stream, request.N).ShouldBe(("gpt-4o", true, 2));
        request.AllowedCompletion.ShouldBe(20);
        request.StreamOptions.IncludeUsage.ShouldBeTrue();
        (request.Messages, request.NamedMessages).ShouldBe((2, 1));
        request.Text.ShouldBe(TextSize.OfJson("abcdbobefgh"u8));
        request.Images.Count.ShouldBe(2);
        request.Images[0].Path.ShouldBe("messages[1].content[1]");
        (request.Images[0].Source, request.Images[0].Detail, request.Images[0].Escaped).ShouldBe((ImageSource.DataUrl, ImageDetail.Low, false));
        Encoding.UTF8.GetString(request.Images[0].Url.Of(body)).ShouldBe("data:image/png;base64,AAAA");
        (request.Images[1].Source, request.Images[1].Detail).ShouldBe((ImageSource.Remote, ImageDetail.Auto));
        request.Parameters.Select(parameter => Encoding.UTF8.GetString(parameter.Name.Span)).ShouldBe(
            ["stream", "n", "max_tokens", "max_completion_tokens", "model", "stream_options", "messages", "unknown"]);
    }

    [Fact]
    public void Image_and_audio_and_file_data_are_no_text()
    {
        var blob = new string('A', 4000);
        var body = Encoding.UTF8.GetBytes($$"""
            {"model":"m","messages":[{"role":"user","content":[
              {"type":"image_url","image_url":{"url":"data:image/png;base64,{{blob}}"} },
              {"type":"input_audio","input_audio":{"data":"{{blob}}","format":"wav"} },
              {"type":"file","file":{"file_data":"{{blob}}"} }]}]}
            """);

        RequestReader.TryRead(body, 50, out var request, out _).ShouldBeTrue();

        request!.Text.ShouldBe(default);
    }

    [Fact]
    public void Tools_and_calls_of_them_are_text()
    {
        var body = """{"model":"m","tools":[{"a":1}],"messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"12"}]}]}"""u8.ToArray();

        RequestReader.TryRead(body, 50, out var request, out _).ShouldBeTrue();

        request!.Text.ShouldBe(TextSize.OfJson("[{\"a\":1}]id12"u8));
    }

    [Theory]
    [InlineData("DATA:image/png;base64,AA", true)]
    [InlineData("d\\u0061ta:image/png;base64,AA", true)]
    [InlineData("HTTPS:\\/\\/x\\/y", true)]
    [InlineData("http:\\u002f\\u002fx", true)]
    [InlineData("file:///etc/passwd", false)]
    [InlineData("\\u00e9data:", false)]
    [InlineData("dat", false)]
    [InlineData("\\", false)]
    public void Scheme_is_seen_through_case_and_escapes(string url, bool known) =>
        ImageUrl.TryClassify(Encoding.UTF8.GetBytes(url), out _).ShouldBe(known);

    [Fact]
    public void Same_key_in_two_objects_is_no_duplicate()
    {
        var body = """{"model":"m","metadata":{"model":"x","stream":"1"},"messages":[{"content":"a"},{"content":"b"}]}"""u8.ToArray();

        RequestReader.TryRead(body, 50, out _, out var error).ShouldBeTrue(error?.Message);
    }

    [Fact]
    public void More_parameters_than_can_be_meant_are_refused()
    {
        var body = Encoding.UTF8.GetBytes("{" + string.Concat(Enumerable.Range(0, 300).Select(i => $"\"p{i}\":1,")) + "\"model\":\"m\"}");

        RequestReader.TryRead(body, 50, out _, out var error).ShouldBeFalse();

        error!.Code.ShouldBe("too_many_parameters");
    }

    [Fact]
    public void Every_prefix_of_a_body_is_refused_and_none_throws()
    {
        var body = """{"model":"m","stream_options":{"include_usage":false},"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:x","detail":"low"}},{"type":"text","text":"\u00e9"}]}]}"""u8.ToArray();

        for (var length = 0; length < body.Length; length++)
        {
            RequestReader.TryRead(body.AsMemory(0, length), 50, out _, out var error).ShouldBeFalse();
            error!.Status.ShouldBe(400);
        }
    }
}
