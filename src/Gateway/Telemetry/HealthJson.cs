namespace Gateway.Telemetry;

/// <summary>The body of a health endpoint.</summary>
/// <param name="Status"><c>live</c>, <c>ready</c>, <c>degraded</c>, <c>unready</c>, <c>timed_out</c> or <c>stopping</c>.</param>
/// <param name="Checks">Each check by name: <c>ok</c>, <c>degraded</c> or <c>failed</c>; absent where none were made.</param>
internal sealed record HealthJson(string Status, IReadOnlyDictionary<string, string>? Checks);
