using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Gateway.Core.Errors;
using Gateway.Pipeline;
using Gateway.Pipeline.Multipart;
using Gateway.Simulator.Behaviors;
using Gateway.Storage;
using Gateway.Testing;
using Gateway.Tests.Pipeline;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Media;

/// <summary>Forms that no client would send: each is refused by a 4xx, keeps nothing and costs nothing.</summary>
public sealed class MultipartTests : MediaTest
{
    private const string Path = "/v1/audio/transcriptions";

    [Theory]
    [InlineData("application/json", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("multipart/form-data", HttpStatusCode.BadRequest)]
    [InlineData("multipart/form-data; boundary=\"\"", HttpStatusCode.BadRequest)]
    [InlineData("multipart/form-data; boundary=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", HttpStatusCode.BadRequest)]
    [InlineData("multipart/mixed; boundary=b", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("multipart/form-data; boundary=other", HttpStatusCode.BadRequest)]
    public async Task Envelope_must_be_sound(string contentType, HttpStatusCode status)
    {
        var content = new ByteArrayContent("--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n--b--\r\n"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);

        await ShouldRefuseAsync(content, status);
    }

    [Theory]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1", "ends before its last boundary")]
    [InlineData("--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n", "Content-Disposition")]
    [InlineData("--b\r\n\r\nx\r\n--b--\r\n", "Content-Disposition")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\na\r\n--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nb\r\n--b--\r\n", "more than once")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"model\"; filename=\"x\"\r\n\r\nwhisper-1\r\n--b--\r\n", "'model'")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nabc\r\n--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n--b--\r\n", "'file'")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n\r\n--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n--b--\r\n", "'file'")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n--b--\r\n", "'file'")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\nabc\r\n--b--\r\n", "'model'")]
    [InlineData("", "ends before")]
    public async Task Parts_must_be_sound(string body, string said) => (await ShouldRefuseAsync(Raw(Encoding.Latin1.GetBytes(body)), HttpStatusCode.BadRequest)).ShouldContain(said);

    [Fact]
    public async Task Too_many_parts_are_refused_before_the_rest_has_come()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(App.Address.Host, App.Address.Port, Timeout);
        var stream = socket.GetStream();
        var parts = string.Concat(Enumerable.Repeat("--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n\r\n", MultipartBodyReader.MostParts + 2));
        await stream.WriteAsync(Encoding.Latin1.GetBytes(
            $"POST {Path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {App.Key}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 50000000\r\n\r\n{parts}"), Timeout);
        using var reader = new StreamReader(stream);

        (await reader.ReadLineAsync(Timeout))!.ShouldStartWith("HTTP/1.1 400");
    }

    [Theory]
    [InlineData(17, 10)]
    [InlineData(1, 20_000)]
    public async Task Headers_of_a_part_are_bounded(int count, int length)
    {
        var headers = string.Concat(Enumerable.Range(0, count).Select(i => $"X-{i}: {new string('a', length)}\r\n"));

        await ShouldRefuseAsync(Raw(Encoding.Latin1.GetBytes($"--b\r\n{headers}Content-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--b--\r\n")), HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Field_that_is_read_is_bounded() =>
        (await ShouldRefuseAsync(WithFile(Form(("model", "whisper-1"), ("prompt", new string('a', MultipartBodyReader.MostFieldBytes + 1))), "file", Wav(1)), HttpStatusCode.BadRequest)).ShouldContain("'prompt'");

    [Fact]
    public async Task Compressed_form_is_read_as_if_it_had_come_plain()
    {
        using var form = WithFile(Form(("model", "whisper-1")), "file", Wav(60));
        using var packed = new MemoryStream();
        await using (var zip = new GZipStream(packed, CompressionLevel.NoCompression, leaveOpen: true))
        {
            await form.CopyToAsync(zip, Timeout);
        }

        var content = new ByteArrayContent(packed.ToArray());
        content.Headers.ContentType = form.Headers.ContentType;
        content.Headers.ContentEncoding.Add("gzip");

        using var response = await PostAsync(Path, content);

        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Timeout));
        (await RowAsync()).Seconds.ShouldBe(60);
    }

    [Fact]
    public async Task Client_that_goes_in_mid_upload_leaves_nothing()
    {
        var buffers = App.Services.GetRequiredService<BodyBuffers>();
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(App.Address.Host, App.Address.Port, Timeout);
            var stream = socket.GetStream();
            await stream.WriteAsync(Encoding.Latin1.GetBytes(
                $"POST {Path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {App.Key}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 20000000\r\n\r\n"
                + "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n"), Timeout);
            await stream.WriteAsync(new byte[4 << 20], Timeout);
            await WaitAsync(() => buffers.Held >= 3 << 20);
        }

        await WaitAsync(() => buffers.Held == 0);
        await ShouldKeepNothingAsync();
    }

    [Fact]
    public async Task Large_upload_has_no_name_on_disk_while_it_is_held()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        App.Simulator.Script.Enqueue(Behavior.Held(release.Task));

        var asking = PostAsync(Path, WithFile(Form(("model", "whisper-1")), "file", Wav(120)));
        await App.Simulator.Requests.WaitForAsync(1, Timeout);
        var uploads = App.Services.GetRequiredService<IOptions<StorageOptions>>().Value.UploadsDirectory;
        Directory.Exists(uploads).ShouldBeTrue();
        (OperatingSystem.IsWindows() ? [] : Directory.GetFiles(uploads)).ShouldBeEmpty();
        App.Services.GetRequiredService<BodyBuffers>().Held.ShouldBeGreaterThan(3 << 20);
        release.SetResult();

        using var response = await asking;
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        await WaitAsync(() => App.Services.GetRequiredService<BodyBuffers>().Held == 0);
    }

    [Fact]
    public async Task Disk_that_takes_nothing_is_503()
    {
        // A file where the directory should be fails as a full disk does: with an IOException.
        var uploads = App.Services.GetRequiredService<IOptions<StorageOptions>>().Value.UploadsDirectory;
        await File.WriteAllTextAsync(uploads, "", Timeout);

        using var response = await PostAsync(Path, WithFile(Form(("model", "whisper-1")), "file", Wav(60)));

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        ((string?)(await response.ErrorAsync())["code"]).ShouldBe("storage_unavailable");
        response.Header("retry-after").ShouldNotBeNull();
        File.Delete(uploads);
        await ShouldKeepNothingAsync();
    }

    private static ByteArrayContent Raw(byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");
        return content;
    }

    private static async Task WaitAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Timeout);
        }
    }

    private async Task<string> ShouldRefuseAsync(HttpContent content, HttpStatusCode status)
    {
        using var response = await PostAsync(Path, content);
        response.StatusCode.ShouldBe(status, await response.Content.ReadAsStringAsync(Timeout));
        var error = await response.ErrorAsync();
        ((string?)error["type"]).ShouldBe(ErrorTypes.InvalidRequest);
        await ShouldKeepNothingAsync();
        return (string)error["message"]!;
    }
}
