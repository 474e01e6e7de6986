using System.Text;
using Gateway.Core.Images;

namespace Gateway.Core.Tests.Images;

/// <summary>Writes data URLs as clients write them.</summary>
internal static class DataUrls
{
    public static byte[] Of(ReadOnlySpan<byte> image, string prefix = "data:image/png;base64,") =>
        Encoding.UTF8.GetBytes(prefix + Convert.ToBase64String(image));

    /// <summary>Breaks base64 up as clients do; every result decodes to the same bytes.</summary>
    public static (string Text, bool JsonEscaped)[] Variants(ReadOnlySpan<byte> image)
    {
        string plain = Convert.ToBase64String(image);
        string lines = string.Join("\r\n", plain.Chunk(76).Select(line => new string(line)));
        return
        [
            (plain, false),
            (plain, true),
            (plain.TrimEnd('='), false),
            (plain.Replace('+', '-').Replace('/', '_'), false),
            (plain.Replace('+', '-').Replace('/', '_').TrimEnd('='), true),
            (lines, false),
            (lines.Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal), true),
            (plain.Replace("/", "\\/", StringComparison.Ordinal), true),
            (plain.Replace("/", "\\u002f", StringComparison.Ordinal).Replace("+", "\\u002B", StringComparison.Ordinal), true),
            (plain.Replace("=", "\\u003d", StringComparison.Ordinal) + "\\n", true),
            (string.Join(' ', plain.ToCharArray()), false),
            (string.Concat(plain.Select(symbol => $"\\u{(int)symbol:x4}")), true),
            (" \t" + plain + "\r\n", false),
        ];
    }

    public static ImageProblem Inspect(ReadOnlySpan<byte> url, out ImageHeader header, bool jsonEscaped = false)
    {
        ImageProbe.TryInspectDataUri(url, jsonEscaped, ImageLimits.Default, out header, out ImageProblem problem);
        return problem;
    }
}
