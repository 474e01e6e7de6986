namespace Gateway.Pipeline;

/// <summary>The section <c>Gateway</c>, as far as it concerns requests and their bodies.</summary>
internal sealed class GatewayOptions
{
    public const string Section = "Gateway";

    /// <summary>The largest request body, in bytes: 1 KiB to 1 GiB.</summary>
    public long MaxBodyBytes { get; set; } = 128L << 20;

    /// <summary>The bytes of all bodies held at once, 1 KiB or more; above it new bodies are refused with 503.</summary>
    public long MaxBufferedBytes { get; set; } = 1L << 30;

    /// <summary>What the inference API's paths begin with: empty, or a slash and more.</summary>
    public string PathPrefix { get; set; } = "/v1";

    /// <summary>Whether the same paths are served without <see cref="PathPrefix"/> too.</summary>
    public bool PathPrefixOptional { get; set; }
}
