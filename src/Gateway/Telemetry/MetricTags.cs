namespace Gateway.Telemetry;

/// <summary>
/// The tags of the gateway's instruments. Their values are bounded: what the catalog names, what the code knows, or one of
/// <see cref="TenantTraffic.MostNamed"/> tenants; never what a client or a provider wrote.
/// </summary>
internal static class MetricTags
{
    /// <summary>A tenant's id, or <c>other</c>; absent where nobody was let in.</summary>
    public const string Tenant = "gateway.tenant";

    public const string Operation = "gen_ai.operation.name";

    /// <summary>The provider's name in the catalog.</summary>
    public const string Provider = "gen_ai.provider.name";

    /// <summary>The model's id in the catalog, whatever alias was asked for.</summary>
    public const string Model = "gen_ai.request.model";

    /// <summary>The provider's name of the model that served.</summary>
    public const string UpstreamModel = "gen_ai.response.model";

    /// <summary><c>input</c> or <c>output</c>.</summary>
    public const string TokenType = "gen_ai.token.type";

    public const string Outcome = "gateway.outcome";

    public const string Status = "http.response.status_code";

    /// <summary>Why it failed; absent where it did not.</summary>
    public const string Error = "error.type";
}
