using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Gateway.Simulator.Images;

namespace Gateway.Simulator.Anthropic;

/// <summary>Reads images: what they are said to be against what their bytes are, how large they are, how many there are.</summary>
internal sealed class ImageReader(Checks checks, MessageRequest request)
{
    private const int MostImages = 600;
    private const int MostBytes = 10 * 1024 * 1024;
    private const int LongestSide = 8000;

    // Above so many images none may have a side longer than this.
    private const int ManyImages = 20;
    private const int LongestSideOfMany = 2000;

    private string? _large;

    /// <summary>Reads an image block; a URL is not fetched, and its image counted as the largest.</summary>
    public bool Read(JsonElement block, string path)
    {
        path = $"{path}.image";
        if (!checks.HasOnly(block, path, "type", "source", "cache_control", "transformations")
            || !checks.Has(block, path, "source", out var source)
            || !checks.IsObject(source, path += ".source")
            || !checks.Has(source, path, "type", out var type)
            || !checks.IsOneOf(type, $"{path}.type", out var kind, "base64", "url"))
        {
            return false;
        }

        ImageSize? size = null;
        if (kind is "url" ? !ReadUrl(source, $"{path}.url") : !ReadBytes(source, $"{path}.base64", out size))
        {
            return false;
        }

        request.Images++;
        request.PromptTokens += AnthropicCount.Tokens(size);
        return true;
    }

    /// <summary>What is wrong with the images taken together.</summary>
    public bool CheckAll() =>
        (request.Images <= MostImages || checks.Fail("messages", $"too many images: {request.Images}, at most {MostImages}"))
        && (request.Images <= ManyImages || _large is null
            || checks.Fail(_large, $"an image is longer than {LongestSideOfMany} pixels, the limit of requests with many images"));

    private bool ReadUrl(JsonElement source, string path) =>
        checks.HasOnly(source, path, "type", "url")
        && checks.Has(source, path, "url", out var url)
        && checks.IsText(url, $"{path}.url", out var address)
        && ((Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "https")
            || checks.Fail($"{path}.url", "Only HTTPS URLs are supported."));

    private bool ReadBytes(JsonElement source, string path, out ImageSize? size)
    {
        size = null;
        if (!checks.HasOnly(source, path, "type", "media_type", "data")
            || !checks.Has(source, path, "media_type", out var type)
            || !checks.IsOneOf(type, $"{path}.media_type", out var said, "image/jpeg", "image/png", "image/gif", "image/webp")
            || !checks.Has(source, path, "data", out var data)
            || (data.ValueKind is not JsonValueKind.String && !checks.Fail($"{path}.data", "Input should be a valid string")))
        {
            return false;
        }

        var base64 = JsonMarshal.GetRawUtf8Value(data)[1..^1];
        if (base64.Contains((byte)'\\'))
        {
            // Some encoders escape every slash.
            base64 = Encoding.UTF8.GetBytes(data.GetString()!); // A string's text is never null.
        }

        if (base64.IsEmpty)
        {
            return checks.Fail(path, "image cannot be empty");
        }

        if (base64.Length > MostBytes)
        {
            return checks.Fail(path, $"image exceeds 10 MB maximum: {base64.Length} bytes > {MostBytes} bytes");
        }

        if (!Base64.IsValid(base64))
        {
            return checks.Fail($"{path}.data", "Invalid base64 data");
        }

        var seen = Base64Image.ReadMediaType(base64);
        size = Base64Image.ReadSize(base64);
        if (seen is null || size is not { } known)
        {
            return checks.Fail(path, "Could not process image");
        }

        if (seen != said)
        {
            return checks.Fail(path, $"The image is said to be {said}, but appears to be {seen}");
        }

        var longest = Math.Max(known.Width, known.Height);
        if (longest > LongestSideOfMany)
        {
            _large = path;
        }

        return longest <= LongestSide || checks.Fail(path, $"at least one of the image's sides is longer than {LongestSide} pixels");
    }
}
