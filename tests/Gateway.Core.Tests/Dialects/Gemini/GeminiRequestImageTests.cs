using System.Text;
using Gateway.Core.Images;
using Gateway.Core.Models;
using Gateway.Core.Requests;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Dialects.Gemini;

/// <summary>Pictures, sound and documents on their way out.</summary>
public sealed class GeminiRequestImageTests
{
    private static readonly byte[] Png = GeminiWire.Png();
    private static readonly string Base64 = Convert.ToBase64String(Png);
    private static readonly string Inline = $$$"""{"inlineData":{"mimeType":"image/png","data":"{{{Base64}}}"}}""";

    [Theory]
    [InlineData("data:image/png;base64,")]
    [InlineData("data:image/jpeg;charset=x;base64,")]
    [InlineData("data:image\\/gif;base64,")]
    public void Type_is_that_of_the_bytes_whatever_the_url_says(string head) => Sent(Part(head + Base64)).ShouldBe(Inline);

    [Fact]
    public void Base64_is_brought_into_the_form_that_the_provider_takes()
    {
        byte[] odd = [.. Png, 0xFB, 0xFB, 0xFB, 0xFB, 0xFB];
        var standard = Convert.ToBase64String(odd);
        standard.ShouldContain('+');
        standard.ShouldEndWith("=");
        var expected = $$$"""{"inlineData":{"mimeType":"image/png","data":"{{{standard}}}"}}""";

        foreach (var written in (string[])
            [
                standard.TrimEnd('='),
                standard.Replace('+', '-').Replace('/', '_'),
                standard.Replace("/", "\\/", StringComparison.Ordinal),
                standard.Insert(20, "\\n").Insert(9, " "),
                standard.Replace("=", "\\u003d", StringComparison.Ordinal),
                string.Concat(standard.Select(character => $"\\u{(int)character:x4}")),
            ])
        {
            Sent(Part("data:image/png;base64," + written)).ShouldBe(expected, written);
        }
    }

    [Fact]
    public void Large_picture_is_a_stretch_of_the_clients_own_body()
    {
        var base64 = Convert.ToBase64String(GeminiWire.Png(padding: 3_000_000));
        ReadOnlyMemory<byte> body = Encoding.UTF8.GetBytes(Body(Part("data:image/png;base64," + base64)));

        var before = GC.GetAllocatedBytesForCurrentThread();
        GeminiWire.Write(body).TryGet(out var written, out _).ShouldBeTrue();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        allocated.ShouldBeLessThan(200_000);
        written!.Segments.Any(segment => body.Span.Overlaps(segment.Memory.Span) && segment.Memory.Length > base64.Length - 4).ShouldBeTrue();
        GeminiWire.Text(written).ShouldContain(base64);
    }

    [Fact]
    public void Stored_picture_is_read_as_the_body_is_sent()
    {
        var sent = Sent("""{"type":"image_file","image_file":{"file_id":"file-1"}},{"type":"file","file":{"file_id":"file-2"}}""", Stored);

        sent.ShouldBe("""{"inlineData":{"mimeType":"image/webp","data":"QUJD"}},{"inlineData":{"mimeType":"image/webp","data":"QUJD"}}""");
    }

    [Fact]
    public void Picture_behind_a_url_must_have_been_fetched()
    {
        const string Remote = """{"type":"image_url","image_url":{"url":"https://images.example/a.webp"}}""";

        Sent(Remote, Stored).ShouldBe("""{"inlineData":{"mimeType":"image/webp","data":"QUJD"}}""");
        GeminiWire.Refused(Body(Remote)).Param.ShouldBe("messages[0].content[0]");
        GeminiWire.Refused(Body(Remote), content: part => new SizedImage(part, new ImageHeader(ImageFormat.Png, new ImageSize(1, 1), false))).Code.ShouldBe("invalid_image_url");
    }

    [Theory]
    [InlineData("\"Look: \"", """{"text":"Look: "},""")]
    [InlineData("""[{"type":"text","text":"Look: "}]""", """{"text":"Look: "},""")]
    [InlineData("null", "")]
    public void Message_field_becomes_a_part(string content, string before)
    {
        foreach (var field in (string[])[$$"""{"base64":"{{Base64}}"}""", $$"""{"url":"data:image/png;base64,{{Base64}}","detail":"low"}"""])
        {
            GeminiWire.Sent($$"""{"model":"m","messages":[{"role":"user","image":{{field}},"content":{{content}}}]}""", card: Card)
                .ShouldStartWith($$"""{"contents":[{"role":"user","parts":[{{before}}{{Inline}}]}]""");
        }
    }

    [Fact]
    public void Picture_of_the_models_own_goes_back_to_it() =>
        GeminiWire.Sent($$"""{"model":"m","messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"text","text":"b"},{{Part("data:image/png;base64," + Base64)}}]}]}""")
            .ShouldContain($$"""{"role":"model","parts":[{"text":"b"},{{Inline}}]}""");

    [Theory]
    [InlineData("system", "")]
    [InlineData("developer", "")]
    [InlineData("tool", ",\"tool_call_id\":\"c\"")]
    public void Picture_where_only_text_may_stand_is_refused(string role, string more)
    {
        var error = GeminiWire.Refused(
            $$"""{"model":"m","messages":[{"role":"user","content":"a"},{"role":"{{role}}"{{more}},"content":[{{Part("data:image/png;base64," + Base64)}}]}]}""");

        (error.Code, error.Param).ShouldBe(("invalid_value", "messages[1]"));
    }

    [Fact]
    public void Format_that_the_model_does_not_take_is_refused()
    {
        byte[] gif = [.. "GIF89a"u8, 8, 0, 8, 0, 0, 0, 0, 0x2C, 0, 0, 0, 0, 8, 0, 8, 0, 0, 2, 0, 0x3B];
        var error = GeminiWire.Refused(Body(Part("data:image/gif;base64," + Convert.ToBase64String(gif))));

        (error.Code, error.Param).ShouldBe(("invalid_image_format", "messages[0].content[0]"));
        error.Message.ShouldNotContain("'gif'");
    }

    [Fact]
    public void Part_that_is_two_things_is_refused() =>
        GeminiWire.Refused(Body($$$$$"""{"type":"text","text":"a","image_url":{"url":"data:image/png;base64,{{{{{Base64}}}}}"}}""")).Param.ShouldBe("messages[0].content[0].type");

    [Theory]
    [InlineData("""{"type":"input_audio","input_audio":{"data":"QUJD","format":"wav"}}""", """{"inlineData":{"mimeType":"audio/wav","data":"QUJD"}}""")]
    [InlineData("""{"type":"input_audio","input_audio":{"format":"mp3","data":"QU-\/"}}""", """{"inlineData":{"mimeType":"audio/mp3","data":"QU+/"}}""")]
    [InlineData("""{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,QUJD"}}""", """{"inlineData":{"mimeType":"application/pdf","data":"QUJD"}}""")]
    [InlineData("""{"type":"file","file":{"file_data":"data:text\/plain;x=y;base64,QUI"}}""", """{"inlineData":{"mimeType":"text/plain","data":"QUI="}}""")]
    [InlineData("""{"type":"file","file":{"filename":"a.pdf","file_data":"QUJD"}}""", """{"inlineData":{"mimeType":"application/pdf","data":"QUJD"}}""")]
    public void Sound_and_documents_go_inline(string part, string expected) => Sent(part).ShouldBe(expected);

    [Theory]
    [InlineData("""{"type":"input_audio","input_audio":{"data":"QUJD","format":"flac"}}""", "messages[0].content[0].input_audio.format")]
    [InlineData("""{"type":"input_audio","input_audio":{"data":"###","format":"wav"}}""", "messages[0].content[0].input_audio.data")]
    [InlineData("""{"type":"input_audio","input_audio":{"format":"wav"}}""", "messages[0].content[0].input_audio.data")]
    [InlineData("""{"type":"input_audio"}""", "messages[0].content[0].input_audio.format")]
    [InlineData("""{"type":"file","file":{}}""", "messages[0].content[0].file.file_data")]
    [InlineData("""{"type":"file","file":{"file_data":"QUJD"}}""", "messages[0].content[0].file.file_data")]
    [InlineData("""{"type":"file","file":{"file_data":"data:a\"b/c;base64,QUJD"}}""", "messages[0].content[0].file.file_data")]
    [InlineData("""{"type":"file","file":{"file_data":"data:text/plain,abc"}}""", "messages[0].content[0].file.file_data")]
    public void Sound_or_document_that_cannot_be_read_is_refused_by_its_path(string part, string param)
    {
        var error = GeminiWire.Refused(Body(part.Replace("a\"b", "a\\\"b", StringComparison.Ordinal)));

        (error.Status, error.Param).ShouldBe((400, param));
    }

    private static ModelCard Card => new() { Id = "c", MaxOutputTokens = 100, AcceptImageField = true };

    private static SizedImage Stored(ImagePart part) => new(part, new ImageHeader(ImageFormat.Webp, new ImageSize(5, 5), false))
    {
        Content = new StreamedInsert(4, _ => new(new MemoryStream("QUJD"u8.ToArray()))),
    };

    private static string Part(string url) => $$$"""{"type":"image_url","image_url":{"url":"{{{url}}}","detail":"high"}}""";

    private static string Body(string parts) => $$"""{"model":"m","messages":[{"role":"user","content":[{{parts}}]}]}""";

    private static string Sent(string parts, Func<ImagePart, SizedImage>? content = null)
    {
        var sent = GeminiWire.Sent(Body(parts), content: content);
        const string Begins = """{"contents":[{"role":"user","parts":[""";
        return sent[Begins.Length..sent.IndexOf("""]}],"generationConfig":""", StringComparison.Ordinal)];
    }
}
