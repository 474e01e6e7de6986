using System.Text;
using Gateway.Core.Images;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Images;

public sealed class DataUriTests
{
    [Theory]
    [InlineData("data:image/png;base64,QUJD", "image/png")]
    [InlineData("DATA:IMAGE/PNG;BASE64,QUJD", "IMAGE/PNG")]
    [InlineData("data:image/jpeg;charset=utf-8;base64,QUJD", "image/jpeg")]
    [InlineData("data:image/png;name=\u0444\u043E\u0442\u043E.png;base64,QUJD", "image/png")]
    [InlineData("data:image/svg+xml; base64 ,QUJD", "image/svg+xml")]
    [InlineData("data: image/webp ;base64,QUJD", " image/webp ")]
    public void Parts_of_an_image_url_are_told_apart(string url, string mediaType)
    {
        DataUri.TryParse(Encoding.UTF8.GetBytes(url), false, out DataUri uri).ShouldBeTrue();

        Encoding.UTF8.GetString(uri.MediaType).ShouldBe(mediaType);
        Encoding.UTF8.GetString(uri.Payload).ShouldBe("QUJD");
        uri.DeclaresImage.ShouldBeTrue();
    }

    [Theory]
    [InlineData("data:image\\/png;base64,QU\\/D")]
    [InlineData("\\u0064ata\\u003A\\u0069mage\\u002fpng\\u003Bbase64\\u002cQU\\/D")]
    public void Json_escapes_are_read_in_place(string url)
    {
        DataUri.TryParse(Encoding.UTF8.GetBytes(url), true, out DataUri uri).ShouldBeTrue();

        uri.DeclaresImage.ShouldBeTrue();
        uri.JsonEscaped.ShouldBeTrue();
        Encoding.UTF8.GetString(uri.Payload).ShouldBe("QU\\/D");
        DataUri.TryParse(Encoding.UTF8.GetBytes(url), false, out uri).ShouldBe(url.StartsWith("data:", StringComparison.Ordinal));
        uri.DeclaresImage.ShouldBeFalse();
    }

    [Theory]
    [InlineData("data:text/plain;base64,QUJD")]
    [InlineData("data:;base64,QUJD")]
    [InlineData("data:image/;base64,QUJD")]
    [InlineData("data:image;base64,QUJD")]
    [InlineData("data:application/pdf;base64,QUJD")]
    [InlineData("data:;charset=image/png;base64,QUJD")]
    public void Other_types_are_no_image(string url)
    {
        DataUri.TryParse(Encoding.UTF8.GetBytes(url), false, out DataUri uri).ShouldBeTrue();

        uri.DeclaresImage.ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("data:")]
    [InlineData("data")]
    [InlineData("data:,")]
    [InlineData("data:image/png;base64")]
    [InlineData("data:image/png,QUJD")]
    [InlineData("data:base64,QUJD")]
    [InlineData("data:image/png;base64;charset=utf-8,QUJD")]
    [InlineData("data:image/png;base644,QUJD")]
    [InlineData("https://example.com/a.png?data:image/png;base64,QUJD")]
    [InlineData("date:image/png;base64,QUJD")]
    public void What_is_no_base64_data_url_is_malformed(string url) =>
        DataUri.TryParse(Encoding.UTF8.GetBytes(url), false, out _).ShouldBeFalse();

    [Theory]
    [InlineData("data:image\\")]
    [InlineData("data:image\\u00")]
    [InlineData("data:image\\u00zz;base64,QUJD")]
    [InlineData("data:image\\x;base64,QUJD")]
    public void Broken_escapes_are_malformed(string url) =>
        DataUri.TryParse(Encoding.UTF8.GetBytes(url), true, out _).ShouldBeFalse();

    [Fact]
    public void Header_has_a_longest_length()
    {
        // The scheme is not counted, nor is the comma.
        string longest = "data:image/png;a=" + new string('x', DataUri.MaxHeaderLength - 20) + ";base64";
        string beyond = "data:image/png;a=" + new string('x', DataUri.MaxHeaderLength - 18) + ";base64";

        DataUri.TryParse(Encoding.UTF8.GetBytes(longest + ",QUJD"), false, out _).ShouldBeTrue();
        DataUri.TryParse(Encoding.UTF8.GetBytes(beyond + ",QUJD"), false, out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("data:", true)]
    [InlineData("DaTa:whatever", true)]
    [InlineData("\\u0044ata:", true)]
    [InlineData("data", false)]
    [InlineData("https://data:", false)]
    [InlineData("", false)]
    public void Scheme_is_told_apart_from_others(string url, bool expected) =>
        DataUri.HasScheme(Encoding.UTF8.GetBytes(url), true).ShouldBe(expected);
}
