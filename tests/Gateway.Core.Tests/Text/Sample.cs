using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gateway.Core.Tests.Text;

/// <summary>Texts that come with these tests.</summary>
internal static class Sample
{
    /// <summary>Text and its tokens as js-tiktoken 1.0.21 encodes it, all special tokens as plain text.</summary>
    public sealed record Encoded(
        [property: JsonPropertyName("text")] string Text,
        [property: JsonPropertyName("cl100k_base")] int[] Cl100K,
        [property: JsonPropertyName("o200k_base")] int[] O200K)
    {
        public byte[] Utf8 => Encoding.UTF8.GetBytes(Text);

        public int[] TokensOf(string encoding) => encoding == "cl100k_base" ? Cl100K : O200K;
    }

    public static Encoded[] AllEncoded() => JsonSerializer.Deserialize<Encoded[]>(Read("encoded.json"))!;

    public static byte[] Read(string name)
    {
        using var file = typeof(Sample).Assembly.GetManifestResourceStream(name) ?? throw new FileNotFoundException(name);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
