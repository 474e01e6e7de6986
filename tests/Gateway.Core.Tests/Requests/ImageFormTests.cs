using System.Text;
using System.Text.Json.Nodes;
using Gateway.Core.Dialects;
using Gateway.Core.Dialects.OpenAi;
using Gateway.Core.Endpoints;
using Gateway.Core.Images;
using Gateway.Core.Models;
using Gateway.Core.Requests;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Requests;

/// <summary>The forms that a picture comes in, and the one form in which every provider gets it.</summary>
public sealed class ImageFormTests
{
    private static readonly Deployment Upstream = new()
    {
        Provider = new Provider { Name = "p", Dialect = OpenAiDialect.Instance, BaseUrl = new Uri("https://example.com/v1") },
        Model = "up",
    };

    [Theory]
    [InlineData("""{"type":"image_url","image_url":{"url":"file-a","detail":"low"}}""", """{"type":"image_url","image_url":{"url":"data:image/webp;base64,c3RvcmVk","detail":"low"}}""")]
    [InlineData("""{"type":"image_file","image_file":{"file_id":"file-a","detail":"low"}}""", """{"type":"image_url","image_url":{"url":"data:image/webp;base64,c3RvcmVk","detail":"low"}}""")]
    [InlineData("""{"image_file" : { "x":1 , "detail":"low","file_id" : "file\u002da" }, "keep":[2], "type" : "image_file"}""", """{"image_url" : { "x":1 , "detail":"low","url" : "data:image/webp;base64,c3RvcmVk" }, "keep":[2], "type" : "image_url"}""")]
    [InlineData("""{"type":"file","file":{"file_id":"file-a"}}""", """{"type":"image_url","image_url":{"url":"data:image/webp;base64,c3RvcmVk"}}""")]
    [InlineData("""{"type":"file","file":{"filename":"a.png", "file_id":"file-a"}}""", """{"type":"image_url","image_url":{ "url":"data:image/webp;base64,c3RvcmVk"}}""")]
    [InlineData("""{"file":{"file_id":"file-a","filename":"a\"}.png"},"type":"file"}""", """{"image_url":{"url":"data:image/webp;base64,c3RvcmVk"},"type":"image_url"}""")]
    public void Uploaded_image_goes_out_as_a_data_url_and_the_rest_as_it_came(string part, string received)
    {
        var sent = Body($"[{part}]");
        var (request, rewritten) = Rewrite(sent);

        var image = request.Images.ShouldHaveSingleItem();
        (image.Source, image.Path, image.Text(Encoding.UTF8.GetBytes(sent))).ShouldBe((ImageSource.File, "messages[0].content[0]", "file-a"));
        rewritten.ShouldBe(Body($"[{received}]").Replace("\"m\"", "\"up\"", StringComparison.Ordinal));
        request.File.ShouldBeNull();
    }

    [Theory]
    [InlineData("""{"type":"image_file"}""", "missing_required_parameter", "image_file")]
    [InlineData("""{"type":"image_file","image_file":{}}""", "missing_required_parameter", "image_file.file_id")]
    [InlineData("""{"type":"image_file","image_file":{"file_id":7}}""", "invalid_type", "image_file.file_id")]
    [InlineData("""{"type":"image_file","image_file":7}""", "invalid_type", "image_file")]
    [InlineData("""{"type":"image_file","image_file":{"file_id":"file-a","file_id":"file-b"}}""", "duplicate_parameter", "image_file.file_id")]
    [InlineData("""{"type":"image_file","image_file":{"file_id":"file-a","File_Id":"file-b"}}""", "unknown_parameter", "image_file.File_Id")]
    [InlineData("""{"type":"image_file","image_file":{"file_id":"file-a","detail":"most"}}""", "invalid_value", "image_file.detail")]
    [InlineData("""{"image_file":{"file_id":"file-a"}}""", "invalid_value", "type")]
    [InlineData("""{"type":"text","image_file":{"file_id":"file-a"}}""", "invalid_value", "type")]
    [InlineData("""{"type":"text","file":{"file_id":"file-a"}}""", "invalid_value", "type")]
    [InlineData("""{"type":"file","file":{"file_id":"file-a","file_data":"x"}}""", "invalid_value", "file")]
    [InlineData("""{"type":"file","file":{"filename":"a.png","file_data":"data:image/png;base64,AAAA"}}""", "invalid_value", "file.file_data")]
    [InlineData("""{"type":"file","file":{"file_data":"\u0064ata:IMAGE\/png;base64,AAAA"}}""", "invalid_value", "file.file_data")]
    [InlineData("""{"type":"file","file":{"file_id":null}}""", "invalid_type", "file.file_id")]
    [InlineData("""{"type":"file","file":{"file_id":"file-a","FILE_DATA":"x"}}""", "unknown_parameter", "file.FILE_DATA")]
    [InlineData("""{"type":"file","file":{"filename":"a","filename":"b","file_id":"c"}}""", "duplicate_parameter", "file.filename")]
    [InlineData("""{"type":"image_url","image_url":{"url":"file-a"},"image_file":{"file_id":"file-a"}}""", "invalid_value", null)]
    [InlineData("""{"type":"file","file":{"file_id":"file-a"},"image_url":{"url":"file-b"}}""", "invalid_value", null)]
    [InlineData("""{"type":"image_file","image_file":{"file_id":"file-a"},"image_file":{"file_id":"file-b"}}""", "duplicate_parameter", "image_file")]
    public void Part_that_could_be_read_in_two_ways_is_refused(string part, string code, string? field)
    {
        RequestReader.TryRead(Encoding.UTF8.GetBytes(Body($"[{part}]")), 50, out _, out var error).ShouldBeFalse();

        (error!.Code, error.Param).ShouldBe((code, field is null ? "messages[0].content[0]" : $"messages[0].content[0].{field}"));
    }

    [Fact]
    public void File_that_comes_along_is_left_alone()
    {
        var (request, rewritten) = Rewrite(Body("""[{"type":"file","file":{"file_data":"data:application/pdf;base64,AA","filename":"a.pdf"}}]"""));

        request.File.ShouldBe("messages[0].content[0]");
        request.Images.ShouldBeEmpty();
        rewritten.ShouldContain("""{"type":"file","file":{"file_data":"data:application/pdf;base64,AA","filename":"a.pdf"}}""");
    }

    [Theory]
    [InlineData("""{"role":"user","content":"hi","image":{"url":"https://e.com/a"}}""", """{"role":"user","content":[{"type":"text","text":"hi"},{"type":"image_url","image_url":{"url":"https://e.com/a"}}]}""")]
    [InlineData("""{"image":{"url":"https:\/\/e.com","detail":"low"},"content":"h\"i","role":"user"}""", """{"content":[{"type":"text","text":"h\"i"},{"type":"image_url","image_url":{"url":"https:\/\/e.com","detail":"low"}}],"role":"user"}""")]
    [InlineData("""{"role":"user","content":null,"image":{"url":"https://e.com/a"}}""", """{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://e.com/a"}}]}""")]
    [InlineData("""{"role":"user","content":[],"image":{"url":"https://e.com/a"}}""", """{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://e.com/a"}}]}""")]
    [InlineData("""{"role":"user","content":[{"type":"text","text":"x"} ],"image":{"url":"https://e.com/a"}}""", """{"role":"user","content":[{"type":"text","text":"x"} ,{"type":"image_url","image_url":{"url":"https://e.com/a"}}]}""")]
    [InlineData("""{"role":"user","image":{"url":"https://e.com/a"}}""", """{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://e.com/a"}}]}""")]
    [InlineData("""{"image":{"url":"https://e.com/a"}}""", """{"content":[{"type":"image_url","image_url":{"url":"https://e.com/a"}}]}""")]
    [InlineData("""{"role":"user","content":"hi","image":{"base64":"UklGRg=="}}""", """{"role":"user","content":[{"type":"text","text":"hi"},{"type":"image_url","image_url":{"url":"data:image/webp;base64,UklGRg=="}}]}""")]
    [InlineData("""{"role":"user","content":"hi","image":{"base64":"data:image/png;base64,UklGRg=="}}""", """{"role":"user","content":[{"type":"text","text":"hi"},{"type":"image_url","image_url":{"url":"data:image/png;base64,UklGRg=="}}]}""")]
    [InlineData("""{"role":"user","content":"hi","image":{"url":"file-a","detail":null}}""", """{"role":"user","content":[{"type":"text","text":"hi"},{"type":"image_url","image_url":{"url":"data:image/webp;base64,c3RvcmVk","detail":null}}]}""")]
    public void Messages_own_image_becomes_a_part_of_its_content(string message, string received)
    {
        var (request, rewritten) = Rewrite($$"""{"model":"m","messages":[{{message}},{"content":"x"}]}""");

        request.Images.ShouldHaveSingleItem().Path.ShouldBe("messages[0].image");
        rewritten.ShouldBe($$"""{"model":"up","messages":[{{received}},{"content":"x"}]}""");
        JsonNode.Parse(rewritten).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("""{"content":"a","image":5}""", "invalid_type", "messages[0].image")]
    [InlineData("""{"content":"a","image":{"detail":"low"}}""", "missing_required_parameter", "messages[0].image.url")]
    [InlineData("""{"content":"a","image":{"url":"ftp://x"}}""", "invalid_image_url", "messages[0].image")]
    [InlineData("""{"content":"a","image":{"url":"https://x","base64":"AA"}}""", "duplicate_parameter", "messages[0].image.base64")]
    public void What_is_wrong_with_the_field_is_kept_for_a_card_that_accepts_it(string message, string code, string path)
    {
        var body = Encoding.UTF8.GetBytes($$"""{"model":"m","messages":[{{message}},{"content":"x"}]}""");

        RequestReader.TryRead(body, 50, out var request, out var error).ShouldBeTrue(error?.Message);

        var problem = request!.ImageFields.ShouldHaveSingleItem().Problem.ShouldNotBeNull();
        (problem.Code, problem.Param).ShouldBe((code, path));
        request.Messages.ShouldBe(2);
    }

    [Fact]
    public void Null_in_the_field_is_no_image_but_a_key_given_all_the_same()
    {
        RequestReader.TryRead("""{"model":"m","messages":[{"content":"a","image":null}]}"""u8.ToArray(), 50, out var request, out var error).ShouldBeTrue(error?.Message);
        request!.ImageFields.ShouldBeEmpty();

        RequestReader.TryRead("""{"model":"m","messages":[{"content":"a","image":null,"image":{"url":"https://x"}}]}"""u8.ToArray(), 50, out _, out error).ShouldBeFalse();
        (error!.Code, error.Param).ShouldBe(("duplicate_parameter", "messages[0].image"));
    }

    [Fact]
    public void Every_prefix_of_a_body_with_every_form_is_refused_and_none_throws()
    {
        var body = """{"model":"m","messages":[{"image":{"base64":"AA"},"content":[{"type":"image_file","image_file":{"file_id":"file-a"}},{"file":{"file_id":"f","filename":"x"},"type":"file"}]}]}"""u8.ToArray();

        RequestReader.TryRead(body, 50, out _, out var error).ShouldBeTrue(error?.Message);
        for (var length = 0; length < body.Length; length++)
        {
            RequestReader.TryRead(body.AsMemory(0, length), 50, out _, out _).ShouldBeFalse();
        }
    }

    private static string Body(string content) => $$"""{"model":"m","messages":[{"role":"user","content":{{content}}}]}""";

    private static (ParsedRequest Request, string Rewritten) Rewrite(string json)
    {
        var body = Encoding.UTF8.GetBytes(json);
        RequestReader.TryRead(body, 50, out var request, out var error).ShouldBeTrue(error?.Message);
        RequestPolicy.TryApply(body, request!, ParameterPolicy.None, out var plan, out error).ShouldBeTrue(error?.Message);
        SizedImage[] images =
        [
            .. request!.Images.Select(part => new SizedImage(part, new ImageHeader(ImageFormat.Webp, new ImageSize(1, 1), false))
            {
                Content = part.Source == ImageSource.File ? new StreamedInsert(8, _ => new ValueTask<Stream>(new MemoryStream("c3RvcmVk"u8.ToArray()))) : null,
            }),
        ];
        ApiEndpoint.ChatCompletions.PassageTo(Upstream.Provider.Dialect)!.WriteRequest(new UpstreamRequest(body, plan!, images, new ModelCard { Id = "card" }, Upstream)).TryGet(out var spliced, out error)
            .ShouldBeTrue(error?.Message);

        var text = new StringBuilder();
        foreach (var segment in spliced!.Segments)
        {
            text.Append(segment.Stream is null ? Encoding.UTF8.GetString(segment.Memory.Span) : "c3RvcmVk");
        }

        Encoding.UTF8.GetByteCount(text.ToString()).ShouldBe((int)spliced.Length);
        return (request, text.ToString());
    }
}
