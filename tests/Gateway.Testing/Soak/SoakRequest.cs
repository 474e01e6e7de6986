namespace Gateway.Testing.Soak;

/// <summary>One request of the load.</summary>
/// <param name="Tag">Its own, sent as <c>user</c>: the provider and the ledger know it by that, whatever the gateway calls it.</param>
/// <param name="Tenant">Who asks.</param>
/// <param name="Model">Of <see cref="SoakCatalog"/>.</param>
/// <param name="Stream">Whether as a stream.</param>
/// <param name="MaxTokens">The most that the answer may have.</param>
/// <param name="Leaves">Whether the client goes when the first bytes of the answer came.</param>
internal sealed record SoakRequest(string Tag, SoakTenant Tenant, string Model, bool Stream, int MaxTokens, bool Leaves)
{
    public string Body =>
        $$"""{"model":"{{Model}}","user":"{{Tag}}","max_tokens":{{MaxTokens}}{{(Stream ? ",\"stream\":true" : "")}},"messages":[{"role":"user","content":"Tell me in a few words what a request to a gateway is charged when the gateway ends before its answer does."}]}""";
}
