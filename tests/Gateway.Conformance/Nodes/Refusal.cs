namespace Gateway.Conformance.Nodes;

/// <summary>A change that ends a key's good days, and what its clients are told from then on.</summary>
/// <param name="Method">Of the admin API's call, on <c>keys/{id}</c>.</param>
/// <param name="Body">Of that call, or null.</param>
/// <param name="Command">The same by the command line, behind the key's id.</param>
/// <param name="Status">Of the refusal.</param>
/// <param name="Code">Of the refusal.</param>
/// <param name="Says">A part of its message.</param>
internal sealed record Refusal(HttpMethod Method, string? Body, string[] Command, int Status, string Code, string Says)
{
    /// <summary>How far in the future the expiry is set: by then even a slow command is done, and every node knows of it.</summary>
    public static readonly TimeSpan Notice = TimeSpan.FromSeconds(8);

    /// <summary>What a machine that is slower yet is given.</summary>
    public static readonly TimeSpan LongestNotice = TimeSpan.FromMinutes(1);

    /// <param name="name">As the tests call it.</param>
    /// <param name="expiry">When the key ends, where that is the change.</param>
    public static Refusal Of(string name, DateTimeOffset expiry) => name switch
    {
        "revoked" => new(HttpMethod.Delete, null, ["revoke"], 401, "invalid_api_key", "Incorrect API key provided"),
        "expired" => Patch("expires_at", "--expires-at", $"{expiry:yyyy-MM-ddTHH:mm:ss.fffZ}", 401, "expired_api_key", "has expired"),
        "over budget" => Patch("monthly_budget", "--monthly-budget", "0", 429, "insufficient_quota", "budget"),
        "wrong model" => new(HttpMethod.Patch, """{"allowed_models":["o3*"]}""", ["update", "--allowed-models", "o3*"], 404, "model_not_found", "`gpt-4o`"),
        "wrong address" => new(HttpMethod.Patch, """{"allowed_ips":["192.0.2.0/24"]}""", ["update", "--allowed-ips", "192.0.2.0/24"], 403, "ip_not_authorized", "127.0.0.1"),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    private static Refusal Patch(string field, string option, string value, int status, string code, string says) =>
        new(HttpMethod.Patch, $$"""{"{{field}}":"{{value}}"}""", ["update", option, value], status, code, says);
}
