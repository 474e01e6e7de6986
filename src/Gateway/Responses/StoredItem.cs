namespace Gateway.Responses;

/// <summary>A response that a provider keeps for a tenant, or an item of its output.</summary>
/// <param name="Id">The provider's.</param>
/// <param name="ResponseId">The response that it is, or is part of.</param>
/// <param name="Model">As the client named it that made it.</param>
/// <param name="Provider">Who keeps it.</param>
/// <param name="UpstreamModel">The provider's own name of the model that made it.</param>
/// <param name="Tokens">What a request weighs more that builds on it, at most.</param>
internal sealed record StoredItem(string Id, string ResponseId, string Model, string Provider, string UpstreamModel, long Tokens);
