namespace Gateway.Images;

/// <summary>The section <c>Gateway:ImageFetch</c>: how much of this process remote images may take.</summary>
internal sealed class ImageFetchOptions
{
    public const string Section = "Gateway:ImageFetch";

    /// <summary>Images asked for at once, in all: 1 to 1024. A slow lookup of a name holds a thread of its own, so this bounds threads too.</summary>
    public int MaxAtOnce { get; set; } = 64;

    /// <summary>Images asked for at once for one tenant: 1 to 1024.</summary>
    public int MaxAtOncePerTenant { get; set; } = 8;

    /// <summary>Images that wait for their turn, in all: 0 to 100,000. Those above stay unknown.</summary>
    public int MaxWaiting { get; set; } = 2048;

    /// <summary>Images of one tenant that wait for their turn: 0 to 100,000.</summary>
    public int MaxWaitingPerTenant { get; set; } = 256;

    /// <summary>Results remembered in memory, about 200 bytes each: 0 to 1,000,000.</summary>
    public int MaxCached { get; set; } = 20_000;

    /// <summary>Seconds in which all images of a request must be there that go in its body: 1 to 300.</summary>
    public int DownloadSeconds { get; set; } = 20;

    /// <summary>Bytes of all such images of one request: 1 MiB to 1 GiB. A buffer that grows counts twice for a moment.</summary>
    public long MaxInlinedBytesPerRequest { get; set; } = 64 << 20;

    /// <summary>Bytes of all such images of all requests, until the last byte of each was sent: 1 MiB to 64 GiB.</summary>
    public long MaxInlinedBytes { get; set; } = 512 << 20;
}
