using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Core.Pricing;
using Gateway.Core.Streaming;
using Gateway.Telemetry;
using Serilog;
using Serilog.Events;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Telemetry;

public sealed class LogLineTests
{
    [Fact]
    public void Every_event_is_one_line_of_json()
    {
        var lines = Lines(logger =>
        {
            logger.Information("Catalog {Path} is in force: {Models} models", "a \"b\"\n", 7);
            logger.Information("Half of a pair: {Half}", "\ud800");
            logger.Error(new InvalidOperationException("no"), "It failed");
            new RequestLog(logger).Write(new EndedRequest
            {
                RequestId = "req_1",
                TraceId = "t",
                Method = "POST",
                Path = "/v1/\"\u2028é\ud800",
                Protocol = "HTTP/1.1",
                Scheme = "http",
                Route = null,
                IsInference = true,
                Operation = "chat",
                Status = 200,
                Outcome = "completed",
                IsObserved = true,
                IsCompleted = true,
                FirstTokenMs = 3,
                Billed = new BilledUse(12, 0, 0, new Money(1_500_000_000)),
                EndedAt = DateTimeOffset.UnixEpoch,
                Elapsed = TimeSpan.FromMilliseconds(5.9),
                Elsewhere = TimeSpan.FromMilliseconds(7),
            });
        });

        lines.Count.ShouldBe(4);
        ((string?)lines[1]["Half"]).ShouldBe("\ufffd");
        ((string?)lines[0]["message"]).ShouldBe("Catalog a \"b\"\n is in force: 7 models");
        ((int?)lines[0]["Models"]).ShouldBe(7);
        ((string?)lines[2]["exception"])!.ShouldContain("InvalidOperationException: no");
        ((string?)lines[3]["request_id"]).ShouldBe("req_1");
        ((string?)lines[3]["path"]).ShouldBe("/v1/\"\u2028é\ufffd");
        ((string?)lines[3]["time"]).ShouldBe("1970-01-01T00:00:00.0000000Z");
        ((string?)lines[3]["outcome"]).ShouldBe("completed");
        ((long?)lines[3]["prompt_tokens"]).ShouldBe(12);
        ((string?)lines[3]["cost_usd"]).ShouldBe("1.5");
        ((long?)lines[3]["duration_ms"]).ShouldBe(5);
        ((long?)lines[3]["own_ms"]).ShouldBe(0);
        ((long?)lines[3]["first_token_ms"]).ShouldBe(3);
        lines[3]["model"].ShouldBeNull();
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("")]
    [InlineData("a\"b\\c")]
    [InlineData("tab\tnull\0delete\u007fline\r\n")]
    [InlineData("é \u2028 \ud83d\ude00 <&>")]
    public void Value_of_a_request_line_is_read_as_it_was_written(string value)
    {
        var output = new ArrayBufferWriter<byte>();
        var members = new JsonMembers(output);
        members.Add("""{"a":"""u8, value);
        members.Add(""","left_out":"""u8, null);
        members.Add(""","b":"""u8, long.MinValue);
        output.Write("}"u8);

        var json = JsonNode.Parse(output.WrittenSpan)!.AsObject();
        json.Select(static member => member.Key).ShouldBe(["a", "b"]);
        ((string?)json["a"]).ShouldBe(value);
        ((long)json["b"]!).ShouldBe(long.MinValue);
        output.WrittenSpan.IndexOf((byte)'\n').ShouldBe(-1);
    }

    [Fact]
    public void Events_beyond_what_may_wait_are_dropped_and_counted()
    {
        using var output = new GatedStream();
        using (var sink = new BackgroundSink(new JsonLineFormatter(), output))
        {
            using var logger = new LoggerConfiguration().WriteTo.Sink(sink).CreateLogger();
            logger.Information("first");
            output.Entered.Wait(TestContext.Current.CancellationToken);
            for (var i = 0; i < BackgroundSink.Capacity + 10; i++)
            {
                logger.Information("more");
            }

            output.Open();
        }

        var text = Encoding.UTF8.GetString(output.ToArray());
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(1 + BackgroundSink.Capacity + 1);
        text.ShouldContain("10 log lines were dropped");
    }

    private static List<JsonNode> Lines(Action<ILogger> write)
    {
        using var output = new GatedStream();
        output.Open();
        using (var sink = new BackgroundSink(new JsonLineFormatter(), output))
        {
            using var logger = new LoggerConfiguration().MinimumLevel.Is(LogEventLevel.Information).WriteTo.Sink(sink).CreateLogger();
            write(logger);
        }

        return [.. Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
    }

    /// <summary>A console that takes nothing until it is opened. Its content can be read after the sink has ended.</summary>
    private sealed class GatedStream : MemoryStream
    {
        private readonly ManualResetEventSlim _open = new();

        public ManualResetEventSlim Entered { get; } = new();

        public void Open() => _open.Set();

        // A derived MemoryStream is written to through this one, whichever is called.
        public override void Write(byte[] buffer, int offset, int count)
        {
            Entered.Set();
            _open.Wait();
            base.Write(buffer, offset, count);
        }
    }
}
