using System.Text;
using Gateway.Core.Streaming;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Streaming;

public sealed class SseScannerTests
{
    private static readonly string[] Expected = ["{\"a\":\"é😀\"}", "two\nlines", "nospace", "[DONE]"];

    public static TheoryData<string> LineEnds() => ["\n", "\r\n", "\r"];

    [Theory]
    [MemberData(nameof(LineEnds))]
    public void Events_are_the_same_whichever_way_the_bytes_are_split(string lineEnd)
    {
        var stream = Stream(lineEnd);
        for (var first = 0; first <= stream.Length; first++)
        {
            Scan(stream[..first], stream[first..]).ShouldBe(Expected, ignoreOrder: false, $"split at {first}");
        }

        Scan([.. stream.Select(single => new[] { single })]).ShouldBe(Expected);
    }

    [Fact]
    public void Event_without_its_blank_line_is_found_at_the_end()
    {
        using var scanner = new SseScanner();
        ReadOnlySpan<byte> piece = "data: x\n\ndata: last\n"u8;
        scanner.TryRead(ref piece, out _).ShouldBeTrue();
        scanner.TryRead(ref piece, out _).ShouldBeFalse();

        scanner.HasPartialEvent.ShouldBeTrue();
        scanner.TryReadLast(out var data).ShouldBeTrue();
        Encoding.UTF8.GetString(data).ShouldBe("last");
        scanner.TryReadLast(out _).ShouldBeFalse();
    }

    [Fact]
    public void Event_of_megabytes_in_small_pieces_is_read()
    {
        var text = new string('x', 5_000_000);
        var stream = Encoding.UTF8.GetBytes($"data: {text}\n\n");

        Scan([.. stream.Chunk(4096)]).ShouldBe([text]);
    }

    [Fact]
    public void Event_beyond_the_limit_is_given_up()
    {
        using var scanner = new SseScanner();
        var megabyte = new byte[1 << 20];
        Array.Fill(megabyte, (byte)'x');
        for (var i = 0; i <= SseScanner.MaxEventBytes >> 20; i++)
        {
            ReadOnlySpan<byte> piece = megabyte;
            scanner.TryRead(ref piece, out _).ShouldBeFalse();
        }

        scanner.IsOverlong.ShouldBeTrue();
    }

    private static byte[] Stream(string lineEnd) => Encoding.UTF8.GetBytes(
        "\uFEFF: comment\n\nevent: ping\n\n\n\nid: 7\nretry: 5\ndata: {\"a\":\"é😀\"}\n\ndata: two\ndata: lines\n\ndatabase: x\ndata\n\n: x\ndata:nospace\nevent: y\n\ndata: [DONE]\n\n"
            .Replace("\n", lineEnd, StringComparison.Ordinal));

    private static List<string> Scan(params byte[][] pieces)
    {
        using var scanner = new SseScanner();
        var events = new List<string>();
        foreach (var bytes in pieces)
        {
            ReadOnlySpan<byte> piece = bytes;
            while (scanner.TryRead(ref piece, out var data))
            {
                events.Add(Encoding.UTF8.GetString(data));
            }
        }

        return events;
    }
}
