using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Gateway.Testing;
using Gateway.Tests.Pipeline;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Files;

public sealed class FileUploadRefusalTests : GatewayTest
{
    private const int MaxBytes = 300_000;

    private static readonly byte[] Good = FileForm.Png(1);

    private static readonly Dictionary<string, (Func<FileForm> Form, string? Code, string? Param)> Bad = new()
    {
        ["nothing"] = (() => new FileForm(), "missing_required_parameter", "file"),
        ["no file"] = (() => new FileForm().Field("purpose", "vision"), "missing_required_parameter", "file"),
        ["no purpose"] = (() => FileForm.Of(Good, purpose: null), "missing_required_parameter", "purpose"),
        ["unknown purpose"] = (() => FileForm.Of(Good, "fine-tune"), "invalid_value", "purpose"),
        ["purpose in other letters"] = (() => FileForm.Of(Good, "Vision"), "invalid_value", "purpose"),
        ["long purpose"] = (() => FileForm.Of(Good, new string('v', 100_000)), "invalid_value", "purpose"),
        ["two purposes"] = (() => FileForm.Of(Good).Field("purpose", "vision"), "duplicate_parameter", "purpose"),
        ["two files"] = (() => FileForm.Of(Good).File(Good), "duplicate_parameter", "file"),
        ["unknown field"] = (() => FileForm.Of(Good).Field("extra", "1"), "unknown_parameter", "extra"),
        ["file without a filename"] = (() => new FileForm().Field("file", "text"), "invalid_type", "file"),
        ["empty file"] = (() => FileForm.Of([]), "empty_image_file", "file"),
        ["text"] = (() => FileForm.Of("just some text, and no image at all"u8.ToArray()), "invalid_image_format", "file"),
        ["pdf"] = (() => FileForm.Of([.. "%PDF-1.7"u8, .. new byte[200_000]]), "invalid_image_format", "file"),
        ["cut png"] = (() => FileForm.Of(Good[..20]), "image_parse_error", "file"),
        ["png of no size"] = (() => FileForm.Of(Pictures.Png(0, 4)), "image_parse_error", "file"),
        ["jpeg that ends in its profile"] = (() => FileForm.Of(FileForm.Jpeg(300, 200, 4)[..150_000]), "image_parse_error", "file"),
        ["animated gif"] = (() => FileForm.Of(FileForm.Gif(2)), "invalid_image_format", "file"),
        ["gif that moves at its very end"] = (() => FileForm.Of(FileForm.Gif(2, 200_000)), "invalid_image_format", "file"),
        ["anchor alone"] = (() => FileForm.Of(Good).Field("expires_after[anchor]", "created_at"), "missing_required_parameter", "expires_after[seconds]"),
        ["seconds alone"] = (() => FileForm.Of(Good).Field("expires_after[seconds]", "3600"), "missing_required_parameter", "expires_after[anchor]"),
        ["other anchor"] = (() => FileForm.Of(Good).Field("expires_after[anchor]", "now"), "invalid_value", "expires_after[anchor]"),
        ["too few seconds"] = (() => FileForm.Of(Good).Field("expires_after[seconds]", "3599"), "invalid_value", "expires_after[seconds]"),
        ["too many seconds"] = (() => FileForm.Of(Good).Field("expires_after[seconds]", "2592001"), "invalid_value", "expires_after[seconds]"),
        ["no number"] = (() => FileForm.Of(Good).Field("expires_after[seconds]", "1e4"), "invalid_value", "expires_after[seconds]"),
        ["part without a name"] = (() => new FileForm().Part("Content-Disposition: form-data", Good), null, null),
        ["part without a disposition"] = (() => new FileForm().Part("Content-Type: image/png", Good), null, null),
        ["part of another disposition"] = (() => new FileForm().Part("Content-Disposition: attachment; name=\"file\"; filename=\"a\"", Good), null, null),
        ["header without a colon"] = (() => new FileForm().Part("nonsense", Good), null, null),
        ["huge header"] = (() => new FileForm().Part($"Content-Disposition: form-data; name=\"file\"; filename=\"{new string('a', 40_000)}\"", Good), null, null),
        ["hundred headers"] = (() => new FileForm().Part(string.Join("\r\n", Enumerable.Range(0, 100).Select(i => $"X-{i}: y")), Good), null, null),
        ["five thousand parts"] = (() => Enumerable.Range(0, 5_000).Aggregate(new FileForm(), (form, i) => form.Field($"f{i}", "")), "unknown_parameter", "f0"),
        ["multipart inside"] = (() => new FileForm().Part("Content-Disposition: form-data; name=\"file\"; filename=\"a\"\r\nContent-Type: multipart/mixed; boundary=inner", "--inner\r\n\r\n\r\n--inner--\r\n"u8.ToArray()), "invalid_image_format", "file"),
        ["long name"] = (() => new FileForm().Field(new string('n', 5000), "x"), "unknown_parameter", new string('n', 64) + "..."),
    };

    public static TheoryData<string> BadForms() => new(Bad.Keys);

    protected override GatewayAppOptions Options => new()
    {
        Catalog = provider => $"{{ \"images\": {{ \"max_bytes\": {MaxBytes} }}, {TestCatalog.For(provider).TrimStart()[1..]}",
    };

    private string Folder => Path.Combine(Path.GetDirectoryName(App.DatabasePath)!, "files");

    [Theory]
    [MemberData(nameof(BadForms))]
    public async Task Bad_form_is_refused_by_the_name_of_its_field_and_nothing_stays(string name)
    {
        using var client = App.Client();
        var (form, code, param) = Bad[name];

        using var response = await client.PostAsync("/v1/files", form().Content(), Timeout);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var error = await response.ErrorAsync();
        ((string?)error["type"]).ShouldBe("invalid_request_error");
        ((string?)error["code"]).ShouldBe(code);
        ((string?)error["param"]).ShouldBe(param);
        await NothingStayed(client);
    }

    [Fact]
    public async Task Unknown_purpose_is_told_which_there_are()
    {
        using var client = App.Client();

        using var response = await client.PostAsync("/v1/files", FileForm.Of(Good, "assistants").Content(), Timeout);

        ((string?)(await response.ErrorAsync())["message"])!.ShouldContain("'vision' and 'user_data'");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task File_over_the_catalogs_limit_is_413_and_one_at_it_is_kept(bool chunked)
    {
        using var client = App.Client();

        foreach (var length in (int[])[MaxBytes + 1, MaxBytes + 500_000])
        {
            using var response = await PostAsync(client, FileForm.Png(1, length - 45), chunked);
            response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
            var error = await response.ErrorAsync();
            ((string?)error["code"]).ShouldBe("image_file_too_large");
            ((string?)error["param"]).ShouldBe("file");
            await NothingStayed(client);
        }

        using var largest = await PostAsync(client, FileForm.Png(1, MaxBytes - 45), chunked);
        largest.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("application/json", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("multipart/mixed; boundary=x", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("image/png", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("multipart/form-data", HttpStatusCode.BadRequest)]
    [InlineData("multipart/form-data; boundary=\"\"", HttpStatusCode.BadRequest)]
    [InlineData("multipart/form-data; boundary=other", HttpStatusCode.BadRequest)]
    public async Task Other_content_type_or_boundary_is_refused(string type, HttpStatusCode status)
    {
        using var client = App.Client();
        var content = FileForm.Of(Good).Content();
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", type);

        using var response = await client.PostAsync("/v1/files", content, Timeout);

        response.StatusCode.ShouldBe(status);
        ((string?)(await response.ErrorAsync())["type"]).ShouldBe("invalid_request_error");
        await NothingStayed(client);
    }

    [Fact]
    public async Task Boundary_of_a_megabyte_is_refused()
    {
        using var client = App.Client();
        var content = FileForm.Of(Good).Content();
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", $"multipart/form-data; boundary={new string('b', 20_000)}");

        using var response = await client.PostAsync("/v1/files", content, Timeout);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        // The server takes no header of this length at all.
        var larger = FileForm.Of(Good).Content();
        larger.Headers.Remove("Content-Type");
        larger.Headers.TryAddWithoutValidation("Content-Type", $"multipart/form-data; boundary={new string('b', 1 << 20)}");
        var refused = await Record.ExceptionAsync(async () =>
        {
            using var answer = await client.PostAsync("/v1/files", larger, Timeout);
            answer.StatusCode.ShouldBe(HttpStatusCode.RequestHeaderFieldsTooLarge);
        });
        (refused is null or HttpRequestException).ShouldBeTrue();
        await NothingStayed(client);
    }

    [Fact]
    public async Task Compressed_upload_is_refused()
    {
        using var client = App.Client();
        var content = FileForm.Of(Good).Content();
        content.Headers.ContentEncoding.Add("gzip");

        using var response = await client.PostAsync("/v1/files", content, Timeout);

        response.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async Task Form_that_ends_early_is_refused_and_nothing_stays()
    {
        using var client = App.Client();

        using var unended = await client.PostAsync("/v1/files", FileForm.Of(FileForm.Png(1, 200_000)).Content(ended: false), Timeout);
        using var junk = await client.PostAsync("/v1/files", Junk(), Timeout);

        unended.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        junk.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        await NothingStayed(client);

        static HttpContent Junk()
        {
            var content = new ByteArrayContent(Encoding.ASCII.GetBytes(new string('x', 100_000)));
            content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=y");
            return content;
        }
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, byte[] file, bool chunked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/files") { Content = FileForm.Of(file).Content() };
        request.Headers.TransferEncodingChunked = chunked;
        return await client.SendAsync(request, Timeout);
    }

    private async Task NothingStayed(HttpClient client)
    {
        using var list = await client.GetAsync("/v1/files", Timeout);
        (await list.JsonAsync())["data"]!.AsArray().ShouldBeEmpty();
        (Directory.Exists(Folder) ? Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories) : []).ShouldBeEmpty();
    }
}
