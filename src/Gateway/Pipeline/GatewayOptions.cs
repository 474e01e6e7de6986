using System.ComponentModel.DataAnnotations;

namespace Gateway.Pipeline;

/// <summary>The section <c>Gateway</c>, as far as it concerns requests and their bodies.</summary>
internal sealed class GatewayOptions
{
    public const string Section = "Gateway";

    /// <summary>The largest request body, in bytes: 1 KiB to 1 GiB.</summary>
    [Range(1024, 1L << 30, ErrorMessage = "Gateway:MaxBodyBytes must be from 1024 to 1073741824 bytes. Leave it out for 134217728.")]
    public long MaxBodyBytes { get; set; } = 128L << 20;

    /// <summary>The bytes of all bodies held at once; above it new bodies are refused with 503.</summary>
    [Range(1024, long.MaxValue, ErrorMessage = "Gateway:MaxBufferedBytes must be at least 1024 bytes. Leave it out for 1073741824.")]
    public long MaxBufferedBytes { get; set; } = 1L << 30;

    /// <summary>What the inference API's paths begin with: empty, or a slash and more.</summary>
    [RegularExpression("^(/[A-Za-z0-9_.-]+)*$", ErrorMessage = "Gateway:PathPrefix must be empty or a path such as /v1, without a slash at its end.")]
    public string PathPrefix { get; set; } = "/v1";
}
