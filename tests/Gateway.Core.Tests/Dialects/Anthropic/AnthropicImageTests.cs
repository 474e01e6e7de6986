using System.Text;
using Gateway.Core.Images;
using Gateway.Core.Requests;
using Gateway.Core.Tests.Images;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Dialects.Anthropic;

public sealed class AnthropicImageTests
{
    // Long enough to be no copy, and of a length that needs padding.
    private static readonly byte[] Picture = [.. PngBytes.Of(10, 20), .. new byte[4000]];
    private static readonly string Base64 = Convert.ToBase64String(Picture) is { } text && text.EndsWith('=') ? text : Convert.ToBase64String([.. Picture, 0xFF]);

    [Fact]
    public void Data_url_goes_over_uncopied_with_the_type_that_its_bytes_have()
    {
        var body = Encoding.UTF8.GetBytes(Body($"data:image/jpeg;base64,{Base64}"));
        AnthropicRequests.Translate(body).TryGet(out var translated, out _).ShouldBeTrue();

        AnthropicRequests.TextOf(translated!).ShouldContain($$$"""{"role":"user","content":[{"type":"text","text":"w"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"{{{Base64}}}"}}]}""");
        translated!.Segments.Any(segment => segment.Memory.Length == Base64.Length && segment.Memory.Span.Overlaps(body)).ShouldBeTrue();
    }

    [Theory]
    [InlineData("escapes")]
    [InlineData("unicode")]
    [InlineData("blanks")]
    [InlineData("url-safe")]
    [InlineData("unpadded")]
    public void Base64_of_another_shape_is_cleaned(string shape)
    {
        var written = shape switch
        {
            "escapes" => Base64.Replace("A", @"A\n", StringComparison.Ordinal).Replace("/", @"\/", StringComparison.Ordinal),
            "unicode" => Base64.Replace("A", @"\u0041", StringComparison.Ordinal),
            "blanks" => $" {Base64} ",
            "url-safe" => Base64.Replace('+', '-').Replace('/', '_'),
            _ => Base64.TrimEnd('='),
        };

        AnthropicRequests.Text(Body($"data:image/png;base64,{written}")).ShouldContain($"\"data\":\"{Base64}\"");
    }

    [Fact]
    public void Url_is_the_providers_to_fetch() =>
        AnthropicRequests.Text(Body(@"https:\/\/example.com/a.png?x=\u0026"))
            .ShouldContain("""{"type":"image","source":{"type":"url","url":"https:\/\/example.com/a.png?x=\u0026"}}""");

    [Theory]
    [InlineData("""{"type":"image_file","image_file":{"file_id":"file-1"}}""")]
    [InlineData("""{"type":"file","file":{"file_id":"file-1"}}""")]
    [InlineData("""{"type":"image_url","image_url":{"url":"file-1","detail":"low"}}""")]
    public void Uploaded_picture_is_streamed_into_its_place(string part)
    {
        var body = Encoding.UTF8.GetBytes($$"""{"model":"m","messages":[{"role":"user","content":[{{part}}]}]}""");
        var insert = new StreamedInsert(1234, _ => throw new InvalidOperationException("Nobody reads it here."));

        AnthropicRequests.Translate(body, stored: image => new SizedImage(image, new ImageHeader(ImageFormat.Webp, new ImageSize(1, 1), false)) { Content = insert })
            .TryGet(out var translated, out _).ShouldBeTrue();

        var text = AnthropicRequests.TextOf(translated!);
        text.ShouldContain("""{"type":"image","source":{"type":"base64","media_type":"image/webp","data":"<1234>"}}""");
        translated!.Length.ShouldBe(text.Length - "<1234>".Length + 1234);
    }

    [Theory]
    [InlineData("""{"role":"user","content":"w","image":{"base64":"B64"}}""", """[{"type":"text","text":"w"},IMG]""")]
    [InlineData("""{"image":{"url":"data:image/png;base64,B64"},"role":"user"}""", "[IMG]")]
    [InlineData("""{"role":"user","content":[{"type":"text","text":"w"}],"image":{"base64":"B64"},"cache_control":{"type":"ephemeral"}}""",
        """[{"type":"text","text":"w"},{"type":"image","source":SOURCE,"cache_control":{"type":"ephemeral"}}]""")]
    [InlineData("""{"role":"tool","tool_call_id":"c","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,B64"}}]}""",
        """[{"type":"tool_result","tool_use_id":"c","content":[IMG]}]""")]
    public void Picture_stands_where_it_belongs(string message, string content)
    {
        var source = $$"""{"type":"base64","media_type":"image/png","data":"{{Base64}}"}""";
        var expected = content.Replace("IMG", """{"type":"image","source":SOURCE}""", StringComparison.Ordinal).Replace("SOURCE", source, StringComparison.Ordinal);

        AnthropicRequests.Text($$"""{"model":"m","messages":[{{message.Replace("B64", Base64, StringComparison.Ordinal)}}]}""")
            .ShouldContain($"\"messages\":[{{\"role\":\"user\",\"content\":{expected}}}]");
    }

    [Theory]
    [InlineData("system")]
    [InlineData("assistant")]
    public void Picture_of_another_role_is_refused(string role)
    {
        var error = AnthropicRequests.Refusal(Body($"data:image/png;base64,{Base64}").Replace("\"user\"", $"\"{role}\"", StringComparison.Ordinal));

        (error.Code, error.Param).ShouldBe(("invalid_value", "messages[0].content[1]"));
    }

    [Fact]
    public void Part_that_says_it_is_text_and_holds_a_picture_is_refused() =>
        AnthropicRequests.Refusal("""{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"a","image_url":{"url":"https://a.b/c"}}]}]}""").Param.ShouldBe("messages[0].content[0].type");

    private static string Body(string url) =>
        $$$"""{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"w"},{"type":"image_url","image_url":{"url":"{{{url}}}","detail":"high"}}]}]}""";
}
