using System.Text;
using Gateway.Core.Errors;
using Gateway.Core.Images;
using Gateway.Core.Requests;
using Gateway.Core.Requests.Responses;
using Gateway.Core.Text;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Requests.Responses;

public sealed class ResponsesReaderTests
{
    [Fact]
    public void Body_is_read_in_one_pass_into_values_and_ranges()
    {
        var body = Encoding.UTF8.GetBytes("""
            {"stream":true, "max_output_tokens":20, "model":"gpt-4o", "instructions":"ijkl", "store":false, "user":"u-1", "metadata":{"team":"a"},
             "input":[
               {"role":"system","content":"abcd"},
               {"type":"message","role":"user","content":[
                 {"type":"input_text","text":"efgh"},
                 {"type":"input_image","detail":"low","image_url":"data:image/png;base64,AAAA"}]},
               {"type":"function_call","call_id":"c","name":"fn","arguments":"{}"},
               {"type":"function_call_output","call_id":"c","output":[{"type":"input_image","image_url":"https:\/\/example.com/a.png"}]}],
             "unknown":{"kept":true}}
            """);

        ResponsesReader.TryRead(body, 50, out var request, out var error).ShouldBeTrue(error?.Message);

        (request!.Model, request.Stream, request.Store, request.AllowedCompletion).ShouldBe(("gpt-4o", true, false, 20));
        (request.EndUser, request.Tags).ShouldBe(("u-1", """{"team":"a"}"""));
        request.Messages.ShouldBe(5);
        request.Text.ShouldBe(TextSize.OfJson("abcdefghfn{}ijkl"u8));
        request.Images.Select(image => image.Path).ShouldBe(["input[1].content[1]", "input[3].output[0]"]);
        (request.Images[0].Source, request.Images[0].Detail, request.Images[0].DetailPath).ShouldBe((ImageSource.DataUrl, ImageDetail.Low, "input[1].content[1].detail"));
        Encoding.UTF8.GetString(request.Images[0].Url.Of(body)).ShouldBe("data:image/png;base64,AAAA");
        (request.Images[1].Source, request.Images[1].Detail, request.Images[1].Text(body)).ShouldBe((ImageSource.Remote, ImageDetail.Auto, "https://example.com/a.png"));
        request.References.ShouldBeEmpty();
        request.Parameters.Select(parameter => Encoding.UTF8.GetString(parameter.Name.Span)).ShouldBe(
            ["stream", "max_output_tokens", "model", "instructions", "store", "user", "metadata", "input", "unknown"]);
    }

    [Fact]
    public void Text_alone_is_one_message_and_a_response_is_stored_unless_told_otherwise()
    {
        var request = Read("""{"model":"m","input":"abcd","store":null}""");

        (request.Messages, request.Text, request.Store).ShouldBe((1, TextSize.OfJson("abcd"u8), true));
    }

    [Fact]
    public void Tools_and_the_form_of_the_answer_are_text() => Read("""
        {"model":"m","input":"a","tools":[{"type":"function","name":"f"}],"text":{"format":{"type":"json_schema","schema":{}}}}
        """).Text.ShouldBe(TextSize.OfJson("""a[{"type":"function","name":"f"}]{"format":{"type":"json_schema","schema":{}}}"""u8));

    [Fact]
    public void Image_audio_and_file_data_are_no_text()
    {
        var blob = new string('A', 4000);
        var request = Read($$"""
            {"model":"m","input":[{"role":"user","content":[
              {"type":"input_image","image_url":"data:image/png;base64,{{blob}}"},
              {"type":"input_audio","input_audio":{"data":"{{blob}}","format":"wav"} },
              {"type":"input_file","file_data":"{{blob}}","filename":"a.pdf"}]}]}
            """);

        request.Text.ShouldBe(default);
        (request.Audio, request.File).ShouldBe(("input[0].content[1]", "input[0].content[2]"));
    }

    [Fact]
    public void What_is_stored_elsewhere_is_referred_to_by_its_id()
    {
        var request = Read("""
            {"model":"m","previous_response_id":"resp_1","input":[
              {"type":"item_reference","id":"msg_1"},
              {"type":"reasoning","id":"rs_1","summary":[]},
              {"type":"reasoning","id":"rs_2","summary":[],"encrypted_content":"abc"},
              {"type":"message","id":"msg_2","role":"assistant","content":[{"type":"output_text","text":"x","annotations":[{"url":"u"}],"logprobs":[1]}]}]}
            """);

        request.References.ShouldBe([
            new StoredReference("resp_1", "previous_response_id", true),
            new StoredReference("msg_1", "input[0].id", false),
            new StoredReference("rs_1", "input[1].id", false)]);
        request.Text.ShouldBe(TextSize.OfJson("abcx"u8));
    }

    [Theory]
    [InlineData("""{"image_url":"file-a","type":"input_image","detail":"low"}""", """{"image_url":"DATA","type":"input_image","detail":"low"}""")]
    [InlineData("""{"type":"input_image","file_id":"file-a"}""", """{"type":"input_image","image_url":"DATA"}""")]
    [InlineData("""{"image_url" : null,"file_id" : "file\u002da", "type":"input_image"}""", """{"file_id" : null,"image_url" : "DATA", "type":"input_image"}""")]
    [InlineData("""{"filename":"a\"}.png", "file_id":"file-a","type":"input_file"}""", """{ "image_url":"DATA","type":"input_image"}""")]
    [InlineData("""{"type":"input_file","file_id":"file-a","filename":"a.png"}""", """{"type":"input_image","image_url":"DATA"}""")]
    public void Uploaded_image_goes_where_its_id_stood(string part, string received)
    {
        var body = Encoding.UTF8.GetBytes($$"""{"model":"m","input":[{"role":"user","content":[{{part}}]}]}""");
        ResponsesReader.TryRead(body, 50, out var request, out var error).ShouldBeTrue(error?.Message);

        var image = request!.Images.ShouldHaveSingleItem();
        (image.Source, image.Path, image.Text(body)).ShouldBe((ImageSource.File, "input[0].content[0]", "file-a"));
        List<Splice> edits = [.. request.ImageEdits, new Splice(image.Url.Start, image.Url.Length, "DATA"u8.ToArray())];
        string.Concat(SplicedBody.From(body, edits).Segments.Select(segment => Encoding.UTF8.GetString(segment.Memory.Span)))
            .ShouldBe($$"""{"model":"m","input":[{"role":"user","content":[{{received}}]}]}""");
    }

    [Theory]
    [InlineData("""{"type":"input_image"}""", "missing_required_parameter", "image_url")]
    [InlineData("""{"type":"input_image","image_url":{"url":"https://e.com"}}""", "invalid_type", "image_url")]
    [InlineData("""{"type":"input_image","image_url":"ftp://e.com"}""", "invalid_image_url", null)]
    [InlineData("""{"type":"input_image","image_url":"https://e.com","image_url":"https://f.com"}""", "duplicate_parameter", "image_url")]
    [InlineData("""{"type":"input_image","image_url":"https://e.com","Image_URL":"https://f.com"}""", "unknown_parameter", "Image_URL")]
    [InlineData("""{"type":"input_image","image_url":"https://e.com","detail":"most"}""", "invalid_value", "detail")]
    [InlineData("""{"type":"input_image","image_url":"https://e.com","detail":"low","detail":"high"}""", "duplicate_parameter", "detail")]
    [InlineData("""{"type":"input_image","image_url":"https://e.com","file_id":"file-a"}""", "invalid_value", null)]
    [InlineData("""{"type":"input_image","file_id":7}""", "invalid_type", "file_id")]
    [InlineData("""{"type":"input_image","file_data":"x","file_id":"file-a"}""", "invalid_value", null)]
    [InlineData("""{"image_url":"https://e.com"}""", "invalid_value", "type")]
    [InlineData("""{"type":"input_text","image_url":"https://e.com"}""", "invalid_value", "type")]
    [InlineData("""{"type":"input_text","text":"a","file_id":"file-a"}""", "invalid_value", "type")]
    [InlineData("""{"type":"input_file"}""", "missing_required_parameter", "file_id")]
    [InlineData("""{"type":"input_file","file_id":"a","file_url":"https://e.com"}""", "invalid_value", null)]
    [InlineData("""{"type":"input_file","file_data":"data:image/png;base64,AAAA"}""", "invalid_value", "file_data")]
    [InlineData("""{"type":"input_text","text":"a","text":"b"}""", "duplicate_parameter", "text")]
    [InlineData("""{"type":"input_text","type":"input_image"}""", "duplicate_parameter", "type")]
    public void Part_that_could_be_read_in_two_ways_is_refused(string part, string code, string? field)
    {
        foreach (var (item, path) in new[] { ("""{"role":"user","content":[PART]}""", "content[0]"), ("""{"type":"function_call_output","call_id":"c","output":[PART]}""", "output[0]") })
        {
            var error = Refused($$"""{"model":"m","input":[{{item.Replace("PART", part, StringComparison.Ordinal)}}]}""");

            (error.Status, error.Code, error.Param).ShouldBe((400, code, $"input[0].{path}{(field is null ? "" : $".{field}")}"));
        }
    }

    [Fact]
    public void Object_for_an_image_url_is_refused_in_the_apis_own_words() =>
        Refused("""{"model":"m","input":[{"role":"user","content":[{"type":"input_text","text":"a"},{"type":"input_image","image_url":{"url":"https://e.com"}}]}]}""")
            .Message.ShouldBe("Invalid type for 'input[0].content[1].image_url': expected an image URL, but got an object instead.");

    [Theory]
    [InlineData("""{"input":"a"}""", 400, "missing_required_parameter", "model")]
    [InlineData("""{"model":"m"}""", 400, "missing_required_parameter", "input")]
    [InlineData("""{"model":7,"input":"a"}""", 400, "invalid_type", "model")]
    [InlineData("""{"model":"m","input":7}""", 400, "invalid_type", "input")]
    [InlineData("""{"model":"m","input":[]}""", 400, "empty_array", "input")]
    [InlineData("""{"model":"m","input":["a"]}""", 400, "invalid_type", "input[0]")]
    [InlineData("""{"model":"m","input":"a","input":"b"}""", 400, "duplicate_parameter", "input")]
    [InlineData("""{"model":"m","input":"a","Input":"b"}""", 400, "unknown_parameter", "Input")]
    [InlineData("""{"model":"m","input":[{"role":"user","content":"a","content":"b"}]}""", 400, "duplicate_parameter", "input[0].content")]
    [InlineData("""{"model":"m","input":[{"role":"user","Content":"b"}]}""", 400, "unknown_parameter", "input[0].Content")]
    [InlineData("""{"model":"m","input":[{"role":"user","content":7}]}""", 400, "invalid_type", "input[0].content")]
    [InlineData("""{"model":"m","input":[{"role":"user","content":["a"]}]}""", 400, "invalid_type", "input[0].content[0]")]
    [InlineData("""{"model":"m","input":[{"type":"function_call_output","output":{}}]}""", 400, "invalid_type", "input[0].output")]
    [InlineData("""{"model":"m","input":[{"type":"web_search_call","id":"w"}]}""", 400, "invalid_value", "input[0].type")]
    [InlineData("""{"model":"m","input":[{"type":"computer_call_output","output":{"type":"computer_screenshot","image_url":"https://e.com"}}]}""", 400, "invalid_value", "input[0].type")]
    [InlineData("""{"model":"m","input":[{"type":"item_reference"}]}""", 400, "missing_required_parameter", "input[0].id")]
    [InlineData("""{"model":"m","input":[{"type":"item_reference","id":7}]}""", 400, "invalid_type", "input[0].id")]
    [InlineData("""{"model":"m","input":"a","max_output_tokens":15}""", 400, "integer_below_min_value", "max_output_tokens")]
    [InlineData("""{"model":"m","input":"a","max_output_tokens":"16"}""", 400, "invalid_type", "max_output_tokens")]
    [InlineData("""{"model":"m","input":"a","max_output_tokens":16.5}""", 400, "invalid_type", "max_output_tokens")]
    [InlineData("""{"model":"m","input":"a","max_output_tokens":9223372036854775807}""", 400, "invalid_value", "max_output_tokens")]
    [InlineData("""{"model":"m","input":"a","stream":"yes"}""", 400, "invalid_type", "stream")]
    [InlineData("""{"model":"m","input":"a","stream_options":[]}""", 400, "invalid_type", "stream_options")]
    [InlineData("""{"model":"m","input":"a","store":1}""", 400, "invalid_type", "store")]
    [InlineData("""{"model":"m","input":"a","instructions":[]}""", 400, "invalid_type", "instructions")]
    [InlineData("""{"model":"m","input":"a","background":true}""", 400, "unsupported_parameter", "background")]
    [InlineData("""{"model":"m","input":"a","background":0}""", 400, "invalid_type", "background")]
    [InlineData("""{"model":"m","input":"a","service_tier":"flex"}""", 400, "unsupported_parameter", "service_tier")]
    [InlineData("""{"model":"m","input":"a","prompt":{"id":"pmpt_1"}}""", 400, "unsupported_parameter", "prompt")]
    [InlineData("""{"model":"m","input":"a","conversation":"conv_1"}""", 404, "conversation_not_found", "conversation")]
    [InlineData("""{"model":"m","input":"a","conversation":{"id":"conv_1"}}""", 404, "conversation_not_found", "conversation")]
    [InlineData("""{"model":"m","input":"a","previous_response_id":""}""", 400, "invalid_value", "previous_response_id")]
    [InlineData("""{"model":"m","input":"a","previous_response_id":7}""", 400, "invalid_type", "previous_response_id")]
    [InlineData("""{"model":"m","input":"a","tools":{}}""", 400, "invalid_type", "tools")]
    [InlineData("""{"model":"m","input":"a","tools":[{"name":"f"}]}""", 400, "missing_required_parameter", "tools[0].type")]
    [InlineData("""{"model":"m","input":"a","tools":[{"type":"function","name":"f"},{"type":"function","Type":"mcp"}]}""", 400, "unknown_parameter", "tools[1].Type")]
    [InlineData("""{"model":"m","input":"a","metadata":{"a":1}}""", 400, "invalid_type", "metadata.a")]
    [InlineData("""{"model":"m","input":"a","user":7}""", 400, "invalid_type", "user")]
    [InlineData("""{"model":"m","input":"a"}{}""", 400, null, null)]
    [InlineData("""["m"]""", 400, "invalid_type", null)]
    [InlineData("""{"model":"m","input":"a","\ud800":1}""", 400, null, null)]
    public void What_is_wrong_is_named_by_its_path(string body, int status, string? code, string? param)
    {
        var error = Refused(body);

        (error.Status, error.Code, error.Param).ShouldBe((status, code, param));
    }

    [Theory]
    [InlineData("web_search")]
    [InlineData("file_search")]
    [InlineData("code_interpreter")]
    [InlineData("computer_use_preview")]
    [InlineData("image_generation")]
    [InlineData("mcp")]
    [InlineData("shell")]
    public void Hosted_tools_are_refused_by_name(string type)
    {
        var error = Refused($$"""{"model":"m","input":"a","tools":[{"type":"custom","name":"f"},{"type":"{{type}}"}]}""");

        (error.Code, error.Param).ShouldBe(("unsupported_parameter", "tools[1]"));
        error.Message.ShouldContain($"'{type}'");
    }

    [Fact]
    public void Limits_of_the_chat_reader_hold_here()
    {
        Refused($$"""{"model":"m","input":"a","x":{{new string('[', 64)}}{{new string(']', 64)}}}""").Message.ShouldContain("64");
        Refused("""{"model":"m","input":[{"role":"user","content":[IMAGE,IMAGE]}]}""".Replace("IMAGE", """{"type":"input_image","image_url":"https://e.com"}""", StringComparison.Ordinal), maxImages: 1)
            .Param.ShouldBe("input");
        Refused($$"""{"model":"m","input":[{{string.Join(',', Enumerable.Range(0, 257).Select(index => $$"""{"type":"item_reference","id":"i{{index}}"}"""))}}]}""").Code.ShouldBe("too_many_references");
        ResponsesReader.TryRead(new byte[] { (byte)'"', 0xFF, (byte)'"' }, 1, out _, out var error).ShouldBeFalse();
        error!.Message.ShouldContain("UTF-8");
    }

    [Fact]
    public void No_mutation_throws_and_every_range_lies_in_the_body()
    {
        byte[][] seeds =
        [
            """{"model":"gpt-4o","input":[{"role":"user","content":[{"type":"input_text","text":"é\ud83d\ude00"},{"type":"input_image","image_url":"data:image/png;base64,AAAA","detail":"low"}]}],"stream":true}"""u8.ToArray(),
            """{"model":"gpt-4o","input":[{"type":"function_call_output","call_id":"c","output":[{"type":"input_file","filename":"a","file_id":"file-a"}]},{"type":"item_reference","id":"i"}],"tools":[{"type":"function","name":"f"}]}"""u8.ToArray(),
            """{"model":"gpt-4o","input":"hi","instructions":"x","previous_response_id":"r","text":{"format":{"type":"text"}},"metadata":{"a":"b"},"max_output_tokens":16}"""u8.ToArray(),
        ];
        var damage = new Damage(20261121, "\"", "{", "}", "[", "]", ",", ":", "\\", "\\u", "null", "1e999", "\"input\":", "\"type\":\"item_reference\"", "\0");
        var (read, refused) = (0, 0);
        for (var round = 0; round < 20_000; round++)
        {
            var body = damage.Of(seeds[damage.Random.Next(seeds.Length)]);
            if (ResponsesReader.TryRead(body, 10, out var request, out var error))
            {
                read++;
                request.Images.ShouldAllBe(image => image.Url.Start > 0 && image.Url.End < body.Length);
                _ = SplicedBody.From(body, [.. request.ImageEdits]);
            }
            else
            {
                refused++;
                error.Status.ShouldBeOneOf(400, 404);
            }
        }

        read.ShouldBeGreaterThan(1000);
        refused.ShouldBeGreaterThan(5000);
    }

    private static ParsedRequest Read(string body)
    {
        ResponsesReader.TryRead(Encoding.UTF8.GetBytes(body), 50, out var request, out var error).ShouldBeTrue(error?.Message);
        return request!;
    }

    private static GatewayError Refused(string body, int maxImages = 50)
    {
        ResponsesReader.TryRead(Encoding.UTF8.GetBytes(body), maxImages, out _, out var error).ShouldBeFalse();
        return error!;
    }
}
