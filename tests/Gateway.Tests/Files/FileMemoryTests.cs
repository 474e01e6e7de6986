using System.Net;
using Gateway.Testing;
using Gateway.Tests.Pipeline;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Files;

/// <summary>Counts what the whole process allocates, so nothing runs beside it.</summary>
[CollectionDefinition(nameof(FileMemoryTests), DisableParallelization = true)]
[Collection(nameof(FileMemoryTests))]
public sealed class FileMemoryTests
{
    private static CancellationToken Timeout => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Upload_and_download_of_20_MiB_hold_no_file_in_memory()
    {
        await using var app = await GatewayApp.StartAsync();
        using var client = app.Client();
        using var warm = await client.PostAsync("/v1/files", Large(seed: 1), Timeout);
        warm.StatusCode.ShouldBe(HttpStatusCode.OK);

        var before = GC.GetTotalAllocatedBytes(precise: true);
        using var response = await client.PostAsync("/v1/files", Large(seed: 2), Timeout);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var content = await client.GetAsync($"/v1/files/{(await response.JsonAsync())["id"]}/content", HttpCompletionOption.ResponseHeadersRead, Timeout);
        await using var stream = await content.Content.ReadAsStreamAsync(Timeout);
        var buffer = new byte[64 * 1024];
        long read = 0;
        while (await stream.ReadAsync(buffer, Timeout) is > 0 and var count)
        {
            read += count;
        }

        // Of the whole process, with the client in it: less than half of one of the two files that went through.
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        TestContext.Current.TestOutputHelper?.WriteLine($"{allocated} bytes were allocated.");
        read.ShouldBe(20 << 20);
        allocated.ShouldBeLessThan(10 << 20);
    }

    private static MultipartFormDataContent Large(byte seed) => new()
    {
        { new StringContent("vision"), "purpose" },
        { new StreamContent(new EndlessPng(seed, 20 << 20), 64 * 1024), "file", "large.png" },
    };

    /// <summary>A PNG header, and as many bytes as it takes, made as they are read.</summary>
    private sealed class EndlessPng(byte seed, long length) : Stream
    {
        private static readonly byte[] Start = Pictures.Png(8, 4);
        private long _at;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position
        {
            get => _at;
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Fill(buffer.AsSpan(offset, count));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Task.FromResult(Fill(buffer.AsSpan(offset, count)));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Fill(buffer.Span));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private int Fill(Span<byte> buffer)
        {
            buffer = buffer[..(int)Math.Min(buffer.Length, length - _at)];
            for (var i = 0; i < buffer.Length; i++, _at++)
            {
                buffer[i] = _at < Start.Length ? Start[_at] : seed;
            }

            return buffer.Length;
        }
    }
}
