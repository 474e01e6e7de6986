namespace Gateway.Catalog;

/// <summary>
/// A provider that composition adds to the file's: an OpenAI-compatible one that needs no key, put last on every model, so that a model
/// whose real providers have no secret is still served. A provider of the same name in the file takes its place.
/// </summary>
/// <param name="ProviderName">As it shows in <c>x-gateway-provider</c> and the ledger.</param>
/// <param name="BaseUrl">Absolute; <c>/chat/completions</c> is appended.</param>
internal sealed record CatalogOverlay(string ProviderName, Uri BaseUrl);
