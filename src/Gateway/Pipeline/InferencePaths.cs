using Gateway.Telemetry.Prometheus;

namespace Gateway.Pipeline;

/// <summary>Tells the paths of the inference API from those of the operator, which lie beside them where the prefix is empty.</summary>
internal sealed class InferencePaths(GatewayOptions options)
{
    public static readonly PathString Admin = new("/admin");

    private static readonly PathString Health = new("/health");
    private static readonly PathString Metrics = new(MetricsEndpoint.Path);

    private readonly PathString _prefix = new(options is { PathPrefixOptional: false, PathPrefix.Length: > 0 } ? options.PathPrefix : null);

    /// <summary>Probes and scrapes.</summary>
    public static bool AreWatchers(PathString path) =>
        path.StartsWithSegments(Health, StringComparison.OrdinalIgnoreCase) || path.StartsWithSegments(Metrics, StringComparison.OrdinalIgnoreCase);

    /// <summary>What no prefix may claim: the admin API, probes and scrapes.</summary>
    public static bool AreOfOperators(PathString path) => AreWatchers(path) || path.StartsWithSegments(Admin, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a request for this path was meant for the inference API, served there or not.</summary>
    public bool Contain(PathString path) => path.StartsWithSegments(_prefix, StringComparison.OrdinalIgnoreCase) && !AreOfOperators(path);
}
