using System.Globalization;
using Gateway.Core.Images;

namespace Gateway.Images;

/// <summary>
/// What is learned of an image, as text between nodes: <c>expiry known format width height animated</c> or <c>expiry refused problem</c>,
/// the expiry in Unix milliseconds, the enumerations by name. What stayed unknown is each node's own affair.
/// </summary>
internal static class CachedImage
{
    private const string Known = "known";
    private const string Refused = "refused";

    /// <summary>Null for what is not shared.</summary>
    public static string? Write(FetchedImage fetched, DateTimeOffset now)
    {
        var (image, fresh) = fetched;
        var expiry = (now + fresh).ToUnixTimeMilliseconds();
        return fresh <= TimeSpan.Zero ? null
            : image.IsKnown ? $"{expiry} {Known} {image.Header.Format} {image.Header.Size.Width} {image.Header.Size.Height} {(image.Header.Animated ? 1 : 0)}"
            : image.IsRefused ? $"{expiry} {Refused} {image.Problem}"
            : null;
    }

    /// <summary>Null for what is stale, or was not written by <see cref="Write"/>.</summary>
    public static FetchedImage? Read(string text, DateTimeOffset now)
    {
        var parts = text.Split(' ');
        if (parts.Length < 3 || !long.TryParse(parts[0], NumberStyles.None, null, out var expiry))
        {
            return null;
        }

        var left = expiry - now.ToUnixTimeMilliseconds();
        if (left <= 0 || ReadImage(parts.AsSpan(1)) is not { } image)
        {
            return null;
        }

        return new FetchedImage(image, TimeSpan.FromMilliseconds(Math.Min(left, (long)Freshness.Longest.TotalMilliseconds)));
    }

    private static RemoteImage? ReadImage(ReadOnlySpan<string> parts) => parts switch
    {
        [Known, var format, var width, var height, "0" or "1"] => ReadKnown(format, width, height, parts[4] == "1"),
        [Refused, var problem] when Names(problem, out ImageProblem read) && read != ImageProblem.None => RemoteImage.Refused(read),
        _ => null,
    };

    private static RemoteImage? ReadKnown(string format, string width, string height, bool animated) =>
        Names(format, out ImageFormat read) && read != ImageFormat.Unknown
        && int.TryParse(width, NumberStyles.None, null, out var across) && across is >= 1 and <= ImageSize.MaxSide
        && int.TryParse(height, NumberStyles.None, null, out var down) && down is >= 1 and <= ImageSize.MaxSide
            ? RemoteImage.Known(new ImageHeader(read, new ImageSize(across, down), animated))
            : null;

    private static bool Names<T>(string text, out T value)
        where T : struct, Enum => Enum.TryParse(text, out value) && Enum.GetName(value) == text;
}
