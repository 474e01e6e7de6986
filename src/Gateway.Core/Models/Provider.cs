using System.Collections.Immutable;
using Gateway.Core.Dialects;

namespace Gateway.Core.Models;

/// <summary>Someone who serves models: where, in which dialect, and with which credential.</summary>
public sealed class Provider
{
    private ProviderCredential[]? _credentials;

    public required string Name { get; init; }

    public required IDialect Dialect { get; init; }

    /// <summary>Absolute, http or https, without a trailing slash, query or user.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>Its key, or the first of several; absent for a provider that needs none, such as one on the same host.</summary>
    public Secret ApiKey { get; init; }

    /// <summary>Further keys, used in turn with the first.</summary>
    public ImmutableArray<Secret> MoreApiKeys { get; init; } = [];

    /// <summary>The headers that sign its requests, one for each key; none where it needs none.</summary>
    public IReadOnlyList<ProviderCredential> Credentials =>
        _credentials ??= ApiKey.IsPresent ? [Dialect.Credential(ApiKey), .. MoreApiKeys.Select(Dialect.Credential)] : [];

    /// <summary>The first of them, or null.</summary>
    public ProviderCredential? Credential => Credentials is [var first, ..] ? first : null;

    /// <summary>Azure's <c>api-version</c>, where the provider has one.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>Why nothing can be sent to it (a variable that is not set), or null.</summary>
    public string? Unavailable { get; init; }
}
