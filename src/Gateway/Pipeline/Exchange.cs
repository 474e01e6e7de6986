using System.Buffers.Binary;
using System.Diagnostics;
using Gateway.Core.Callers;
using Gateway.Core.Endpoints;
using Gateway.Core.Errors;
using Gateway.Core.Metering;
using Gateway.Core.Models;
using Gateway.Core.Pricing;
using Gateway.Core.Streaming;
using Gateway.Telemetry;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Pipeline;

/// <summary>One request and its answer: their id and times, and what is learnt on the way, for the log line. A feature of the HttpContext.</summary>
internal sealed class Exchange
{
    private readonly TimeProvider _time;

    public Exchange(TimeProvider time, string? traceParent)
    {
        _time = time;
        At = time.GetUtcNow();
        Arrived = time.GetTimestamp();
        var id = NewId(At);
        RequestId = $"req_{id}";
        TraceId = Activity.Current?.TraceId.ToHexString()
            ?? (ActivityContext.TryParse(traceParent, null, out var parent) ? parent.TraceId.ToHexString() : id.ToString("N"));
    }

    /// <summary><c>req_</c> and a UUIDv7: the ledger's key, and <c>x-request-id</c>.</summary>
    public string RequestId { get; }

    /// <summary>32 hexadecimal digits: of the trace that the request belongs to, else of the request id.</summary>
    public string TraceId { get; }

    public DateTimeOffset At { get; }

    /// <summary>When it arrived, as a timestamp of the clock.</summary>
    public long Arrived { get; }

    public TimeSpan Elapsed => _time.GetElapsedTime(Arrived);

    /// <summary>What was called, where the pipeline serves it: errors have its form.</summary>
    public IEndpoint? Endpoint { get; set; }

    public Caller? Caller { get; set; }

    public Target? Target { get; set; }

    public Measurement? Measurement { get; set; }

    public Observation? Observation { get; set; }

    public Bill? Bill { get; set; }

    /// <summary>What the provider said of the images, where that was compared.</summary>
    public ImageComparison? Compared { get; set; }

    /// <summary>The id of the request whose stored answer this one gets, where it repeats one.</summary>
    public string? ReplayOf { get; set; }

    /// <summary>What the GenAI conventions call what it asks for.</summary>
    public string Operation => Endpoint?.Operation ?? "chat";

    /// <summary>What was spent on providers, waits before retries among it.</summary>
    public TimeSpan ProviderTime { get; set; }

    /// <summary>What was spent on reading the body: mostly the client's own time.</summary>
    public TimeSpan ReadingTime { get; set; }

    /// <summary>The limit that refused it, or null.</summary>
    public RefusingLimit? Limit { get; set; }

    /// <summary>What logs call the refusal, where there was one.</summary>
    public string? Refusal { get; set; }

    public static Exchange Of(HttpContext context) => context.Features.GetRequiredFeature<Exchange>();

    /// <summary>
    /// A UUIDv7. Its random part need not be secret, only unlike any other; asking the operating system for it, as
    /// <see cref="Guid.CreateVersion7(DateTimeOffset)"/> does, is a system call for each request.
    /// </summary>
    private static Guid NewId(DateTimeOffset at)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, at.ToUnixTimeMilliseconds() << 16);
        Random.Shared.NextBytes(bytes[6..]);
        bytes[6] = (byte)(0x70 | (bytes[6] & 0x0F));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3F));
        return new Guid(bytes, bigEndian: true);
    }
}
