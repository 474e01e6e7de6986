using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Media;

/// <summary>Counts what the whole process allocates, so nothing runs beside it.</summary>
[CollectionDefinition(nameof(UploadMemoryTests), DisableParallelization = true)]
[Collection(nameof(UploadMemoryTests))]
public sealed class UploadMemoryTests
{
    private const int FileBytes = 25_000_000;

    private static CancellationToken Timeout => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Audio_of_25_MB_goes_through_without_being_in_memory()
    {
        await using var provider = new SinkProvider();
        await using var app = await GatewayApp.StartAsync(new GatewayAppOptions { Catalog = _ => MediaCatalog.For(provider.Base) });
        using var client = app.Client();
        await SendAsync(client, FileBytes);
        await SendAsync(client, FileBytes);

        var before = GC.GetTotalAllocatedBytes(precise: true);
        await SendAsync(client, FileBytes);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;

        // Of the gateway, and of the client and the provider of this test with it.
        TestContext.Current.TestOutputHelper?.WriteLine($"{allocated} bytes were allocated.");
        provider.Received.ShouldBeGreaterThan(FileBytes);
        allocated.ShouldBeLessThan(4 << 20);
    }

    private static async Task SendAsync(HttpClient client, int bytes)
    {
        using var content = new StreamContent(new FormStream(bytes), 64 * 1024);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");
        using var response = await client.PostAsync("/v1/audio/transcriptions", content, Timeout);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Timeout));
    }

    /// <summary>A form whose file is made as it is read, with the model behind it.</summary>
    private sealed class FormStream(int bytes) : Stream
    {
        private static readonly byte[] Head = Encoding.ASCII.GetBytes("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\n");
        private static readonly byte[] Tail = Encoding.ASCII.GetBytes("\r\n--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n--b--\r\n");
        private long _at;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => Head.Length + bytes + Tail.Length;

        public override long Position
        {
            get => _at;
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Fill(buffer.AsSpan(offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Fill(buffer.Span));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Task.FromResult(Fill(buffer.AsSpan(offset, count)));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private int Fill(Span<byte> buffer)
        {
            var count = (int)Math.Min(buffer.Length, Length - _at);
            for (var i = 0; i < count; i++, _at++)
            {
                var behind = _at - Head.Length - bytes;
                buffer[i] = _at < Head.Length ? Head[_at] : behind >= 0 ? Tail[behind] : (byte)7;
            }

            return count;
        }
    }
}
