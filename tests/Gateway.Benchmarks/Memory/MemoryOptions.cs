using Gateway.Benchmarks.Servers;

namespace Gateway.Benchmarks.Memory;

internal sealed record MemoryOptions
{
    /// <summary>Length of the data URL, in MB of 1,000,000 bytes.</summary>
    public required int Megabytes { get; init; }

    public required int Streams { get; init; }

    public required GatewaySettings Gateway { get; init; }

    public static MemoryOptions Parse(Arguments args)
    {
        args.AllowOnly("megabytes", "streams", "gateway", "env");
        return new MemoryOptions
        {
            Megabytes = args.Whole("megabytes", 20),
            Streams = args.Whole("streams", 500),
            Gateway = new GatewaySettings { Build = args.Find("gateway"), Environment = args.All("env") },
        };
    }
}
