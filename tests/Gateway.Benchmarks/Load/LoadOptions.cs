using Gateway.Benchmarks.Servers;

namespace Gateway.Benchmarks.Load;

internal sealed record LoadOptions
{
    public required bool Stream { get; init; }

    public required bool RedisAndPostgres { get; init; }

    public required bool Image { get; init; }

    /// <summary>Whether each request to the gateway has an <c>Idempotency-Key</c> of its own.</summary>
    public required bool IdempotencyKeys { get; init; }

    public required TimeSpan Duration { get; init; }

    public required TimeSpan WarmUp { get; init; }

    public required int Rounds { get; init; }

    /// <summary>How often both are started anew: where code and data come to lie, and what is compiled how, makes one start cost a few percent more than the next.</summary>
    public required int Starts { get; init; }

    public required int Connections { get; init; }

    /// <summary>Requests a second, evenly spread; 0 = as many as go.</summary>
    public required int Rate { get; init; }

    /// <summary><c>wrk</c> or <c>http</c>; null = wrk where it is installed.</summary>
    public required string? Driver { get; init; }

    /// <summary>Whether one build is measured twice, with its telemetry and without.</summary>
    public required bool ComparesTelemetry { get; init; }

    public required GatewaySettings Gateway { get; init; }

    /// <summary>Another gateway, driven in turn with the measured one in the place of bare YARP; null = bare YARP.</summary>
    public required GatewaySettings? Against { get; init; }

    public static LoadOptions Parse(Arguments args)
    {
        args.AllowOnly("mode", "backend", "image", "keys", "seconds", "warmup", "rounds", "connections", "rate", "driver", "gateway", "env", "against", "against-env", "telemetry", "starts");
        var telemetry = args.Choice("telemetry", "usual", "compare") == "compare";
        if (telemetry && args.Find("against") is not null)
        {
            throw new CannotMeasureException("--telemetry compare sets a build beside itself: --against names another.");
        }

        var gateway = new GatewaySettings { Build = args.Find("gateway"), Environment = args.All("env") };
        return new LoadOptions
        {
            Stream = args.Choice("mode", "json", "stream") == "stream",
            RedisAndPostgres = args.Choice("backend", "sqlite", "redis-postgres") == "redis-postgres",
            Image = args.Choice("image", "small", "none") == "small",
            IdempotencyKeys = args.Choice("keys", "none", "unique") == "unique",
            Duration = TimeSpan.FromSeconds(args.Whole("seconds", 10)),
            WarmUp = TimeSpan.FromSeconds(args.Whole("warmup", 5)),
            Rounds = args.Whole("rounds", 3),
            Starts = args.Whole("starts", 1),
            Connections = args.Whole("connections", 64),
            Rate = args.Whole("rate", 0),
            Driver = args.Find("driver"),
            ComparesTelemetry = telemetry,
            Gateway = telemetry ? gateway with { Environment = [.. TelemetrySettings.On, .. gateway.Environment] } : gateway,
            Against = telemetry ? gateway with { Environment = [.. TelemetrySettings.Off, .. gateway.Environment] }
                : args.Find("against") is { } build ? new GatewaySettings { Build = build, Environment = args.All("against-env") }
                : null,
        };
    }

    public override string ToString() =>
        $"{(Stream ? "streams" : "JSON answers")}, {(Image ? "one small image" : "text alone")}, {(IdempotencyKeys ? "a key each, " : "")}{(RedisAndPostgres ? "Redis and PostgreSQL" : "SQLite")}, "
        + $"{Connections} connections, {(Rate > 0 ? $"{Rate} requests/s, " : "")}{Rounds} rounds of {Duration.TotalSeconds} s";
}
