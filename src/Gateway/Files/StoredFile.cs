using Gateway.Core.Images;

namespace Gateway.Files;

/// <summary>An uploaded file, as its row has it. Its image was looked at when it came.</summary>
internal sealed record StoredFile
{
    public required string Id { get; init; }

    /// <summary>Its bytes, which it may share with other files of its tenant.</summary>
    public required Blob Content { get; init; }

    public required ImageHeader Header { get; init; }

    /// <summary>As <see cref="Files.Filename.Clean"/> leaves it.</summary>
    public required string Filename { get; init; }

    public required FilePurpose Purpose { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From then on there is no such file. Null = until it is deleted.</summary>
    public required DateTimeOffset? ExpiresAt { get; init; }

    public long Bytes => Content.Bytes;

    /// <summary>Of the format that its bytes have: <c>image/png</c>.</summary>
    public string MediaType => ImageFormatText.MediaTypeOf(Header.Format);
}
