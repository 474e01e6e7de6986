using Gateway.Catalog.Document;
using Gateway.Core.Images;

namespace Gateway.Catalog.Reading;

/// <summary>Reads <c>images</c>; what is absent keeps its default.</summary>
internal static class ImageSettingsReader
{
    private const long LargestImage = 1024 * 1024 * 1024;
    private const int MostImages = 10_000;
    private const int LeastHeader = 1024;
    private const int LongestHeader = 16 * 1024 * 1024;

    public static ImageSettings Read(Place place, ImagesSection? section)
    {
        var usual = ImageSettings.Default;
        if (section is null)
        {
            return usual;
        }

        var bytes = place["max_bytes"].Number(section.MaxBytes, 1, LargestImage) ?? usual.Limits.MaxBytes;
        var most = place["max_per_request"].Number(section.MaxPerRequest, 1, MostImages) ?? usual.MaxPerRequest;
        return new ImageSettings(
            new ImageLimits(bytes, Formats(place["formats"], section.Formats)),
            (int)most,
            section.Fetch is { } fetch ? Fetch(place["fetch"], fetch) : usual.Fetch);
    }

    private static ImageFormats Formats(Place place, string[]? names)
    {
        if (names is null)
        {
            return ImageFormats.All;
        }

        if (names.Length == 0)
        {
            place.Refuse("is empty; write at least one of \"png\", \"jpeg\", \"webp\", \"gif\"");
        }

        var formats = ImageFormats.None;
        for (var i = 0; i < names.Length; i++)
        {
            formats |= place[i].Choice(
                names[i], ImageFormats.None, ("png", ImageFormats.Png), ("jpeg", ImageFormats.Jpeg), ("webp", ImageFormats.Webp), ("gif", ImageFormats.Gif));
        }

        return formats;
    }

    private static ImageFetchSettings Fetch(Place place, FetchSection section)
    {
        var usual = ImageSettings.Default.Fetch;
        var unknown = place["when_unknown"].Choice(
            section.WhenUnknown, usual.WhenUnknown, ("assume_largest", UnknownImagePolicy.AssumeLargest), ("reject", UnknownImagePolicy.Reject));
        for (var i = 0; i < (section.AllowHosts?.Length ?? 0); i++)
        {
            if (Uri.CheckHostName(section.AllowHosts![i]) == UriHostNameType.Unknown)
            {
                place["allow_hosts"][i].Refuse($"\"{section.AllowHosts[i]}\" is no host name; write a name such as \"images.example.com\", without scheme, port or path");
            }
        }

        return new ImageFetchSettings
        {
            Enabled = section.Enabled ?? usual.Enabled,
            Timeout = place["timeout"].Duration(section.Timeout) ?? usual.Timeout,
            MaxHeaderBytes = (int)(place["max_header_bytes"].Number(section.MaxHeaderBytes, LeastHeader, LongestHeader) ?? usual.MaxHeaderBytes),
            AllowHosts = [.. section.AllowHosts ?? []],
            AllowPrivateNetworks = section.AllowPrivateNetworks ?? usual.AllowPrivateNetworks,
            WhenUnknown = unknown,
        };
    }
}
