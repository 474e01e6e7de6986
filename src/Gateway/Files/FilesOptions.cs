namespace Gateway.Files;

/// <summary>The section <c>Gateway:Files</c>.</summary>
internal sealed class FilesOptions
{
    public const string Section = "Gateway:Files";

    /// <summary>The most bytes of all files of one tenant. Equal files count each.</summary>
    public long MaxBytesPerTenant { get; set; } = 1L << 30;

    public long MaxFilesPerTenant { get; set; } = 10_000;

    /// <summary>How long a file lives whose upload does not say so, such as <c>30d</c>; null = until it is deleted. See <see cref="FileLifetime"/>.</summary>
    public string? ExpireAfter { get; set; }
}
