using System.Collections.Immutable;

namespace Gateway.Core.Images;

/// <summary>The catalog's <c>images.fetch</c>.</summary>
public sealed record ImageFetchSettings
{
    public bool Enabled { get; init; } = true;

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(3);

    public int MaxHeaderBytes { get; init; } = 256 * 1024;

    /// <summary>The only hosts asked; empty means all that are not private.</summary>
    public ImmutableArray<string> AllowHosts { get; init; } = [];

    public bool AllowPrivateNetworks { get; init; }

    public UnknownImagePolicy WhenUnknown { get; init; }
}
