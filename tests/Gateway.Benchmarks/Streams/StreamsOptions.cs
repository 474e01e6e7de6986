using Gateway.Benchmarks.Servers;

namespace Gateway.Benchmarks.Streams;

internal sealed record StreamsOptions
{
    /// <summary>Streams at once.</summary>
    public required int Streams { get; init; }

    /// <summary>Chunks a second of each, 1 to 1000.</summary>
    public required int Rate { get; init; }

    /// <summary>How long gaps are measured in each round, while all streams are under way.</summary>
    public required TimeSpan Duration { get; init; }

    public required int Rounds { get; init; }

    /// <summary>The provider's.</summary>
    public required StreamDialect Dialect { get; init; }

    public required GatewaySettings Gateway { get; init; }

    /// <summary>From one chunk to the next as the provider means it.</summary>
    public TimeSpan Pace => TimeSpan.FromSeconds(1) / Rate;

    public static StreamsOptions Parse(Arguments args)
    {
        args.AllowOnly("streams", "rate", "seconds", "rounds", "dialect", "gateway", "env");
        var dialect = StreamDialect.Named(args.Choice("dialect", StreamDialect.Names));
        return new StreamsOptions
        {
            Streams = args.Whole("streams", 1000),
            Rate = args.Whole("rate", 10) is <= 1000 and var rate ? rate : throw new CannotMeasureException("--rate: at most 1000 chunks a second."),
            Duration = TimeSpan.FromSeconds(args.Whole("seconds", 20)),
            Rounds = args.Whole("rounds", 2),
            Dialect = dialect,
            Gateway = new GatewaySettings { Build = args.Find("gateway"), Environment = args.All("env"), Catalog = dialect.Catalog },
        };
    }

    public override string ToString() =>
        $"{Streams} streams of {Rate} chunks/s, provider {Dialect.Name}, {Rounds} rounds of {Duration.TotalSeconds} s";
}
