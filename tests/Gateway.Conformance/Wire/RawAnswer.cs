using System.Net.Http.Headers;

namespace Gateway.Conformance.Wire;

/// <summary>An answer as it came over the wire.</summary>
internal sealed record RawAnswer(int Status, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders, string Body)
{
    public string RequestId => this["x-request-id"] ?? "";

    /// <summary>The single value of a header, or null.</summary>
    public string? this[string name] =>
        Headers.NonValidated.TryGetValues(name, out var values) || ContentHeaders.NonValidated.TryGetValues(name, out values) ? values.Single() : null;

    public bool Has(string name) => this[name] is not null;
}
