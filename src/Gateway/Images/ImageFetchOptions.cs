using System.ComponentModel.DataAnnotations;

namespace Gateway.Images;

/// <summary>The section <c>Gateway:ImageFetch</c>: how much of this process remote images may take.</summary>
internal sealed class ImageFetchOptions
{
    public const string Section = "Gateway:ImageFetch";

    /// <summary>Images asked for at once, in all: 1 to 1024. A slow lookup of a name holds a thread of its own, so this bounds threads too.</summary>
    [Range(1, 1024, ErrorMessage = "Gateway:ImageFetch:MaxAtOnce must be from 1 to 1024 images. Leave it out for 64.")]
    public int MaxAtOnce { get; set; } = 64;

    /// <summary>Images asked for at once for one tenant: 1 to 1024.</summary>
    [Range(1, 1024, ErrorMessage = "Gateway:ImageFetch:MaxAtOncePerTenant must be from 1 to 1024 images. Leave it out for 8.")]
    public int MaxAtOncePerTenant { get; set; } = 8;

    /// <summary>Images that wait for their turn, in all: 0 to 100,000. Those above stay unknown.</summary>
    [Range(0, 100_000, ErrorMessage = "Gateway:ImageFetch:MaxWaiting must be from 0 to 100000 images. Leave it out for 2048.")]
    public int MaxWaiting { get; set; } = 2048;

    /// <summary>Images of one tenant that wait for their turn: 0 to 100,000.</summary>
    [Range(0, 100_000, ErrorMessage = "Gateway:ImageFetch:MaxWaitingPerTenant must be from 0 to 100000 images. Leave it out for 256.")]
    public int MaxWaitingPerTenant { get; set; } = 256;

    /// <summary>Results remembered in memory, about 200 bytes each: 0 to 1,000,000.</summary>
    [Range(0, 1_000_000, ErrorMessage = "Gateway:ImageFetch:MaxCached must be from 0 to 1000000 results. Leave it out for 20000.")]
    public int MaxCached { get; set; } = 20_000;
}
