using Gateway.Core.Dialects;

namespace Gateway.Core.Models;

/// <summary>Someone who serves models: where, in which dialect, and with which credential.</summary>
public sealed class Provider
{
    private ProviderCredential? _credential;

    public required string Name { get; init; }

    public required IDialect Dialect { get; init; }

    /// <summary>Absolute, http or https, without a trailing slash, query or user.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>Absent for a provider that needs none, such as one on the same host.</summary>
    public Secret ApiKey { get; init; }

    /// <summary>The header that signs its requests, or null where it needs none.</summary>
    public ProviderCredential? Credential => ApiKey.IsPresent ? _credential ??= Dialect.Credential(ApiKey) : null;

    /// <summary>Azure's <c>api-version</c>, where the provider has one.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>Why nothing can be sent to it (a variable that is not set), or null.</summary>
    public string? Unavailable { get; init; }
}
