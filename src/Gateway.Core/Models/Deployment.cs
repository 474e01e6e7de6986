using Gateway.Core.Images;
using Gateway.Core.Requests;

namespace Gateway.Core.Models;

/// <summary>A model at a provider, as one way to serve a model of the catalog.</summary>
public sealed class Deployment
{
    private byte[]? _modelJson;
    private Address[] _addresses = [];

    public required Provider Provider { get; init; }

    /// <summary>The provider's own name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Tiers are tried from the lowest number up.</summary>
    public int Priority { get; init; }

    /// <summary>1 or more: the share inside its tier.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>The most requests that one node sends it at once; null for no bound.</summary>
    public int? MaxConcurrency { get; init; }

    /// <summary>Whether it serves only where the model has no other deployment that can be sent to.</summary>
    public bool IsStandIn { get; init; }

    /// <summary>How this upstream model counts pictures; null for a model that takes none.</summary>
    public ImageFormula? ImageFormula { get; init; }

    /// <summary><c>cl100k_base</c>, <c>o200k_base</c>, or null where unknown.</summary>
    public string? Tokenizer { get; init; }

    /// <summary>The model's name as a JSON string in UTF-8, ready to be spliced in.</summary>
    public ReadOnlyMemory<byte> ModelJson => _modelJson ??= JsonText.Quote(Model);

    /// <summary>Where an endpoint is posted, by its path as OpenAI names it; worked out once. Null where the dialect has no such endpoint.</summary>
    public Uri? AddressOf(string path, bool stream)
    {
        // A handful at most; the paths are constants, so that comparing them compares references.
        foreach (var known in _addresses)
        {
            if (known.Stream == stream && known.Path == path)
            {
                return known.Uri;
            }
        }

        // Two that come at once may work it out twice, and one of them may be worked out again later.
        var address = new Address(path, stream, Provider.Dialect.Address(Provider, path, Model, stream));
        _addresses = [.. _addresses, address];
        return address.Uri;
    }

    private readonly record struct Address(string Path, bool Stream, Uri? Uri);
}
