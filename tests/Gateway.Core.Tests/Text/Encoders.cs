using Gateway.Core.Text;

namespace Gateway.Core.Tests.Text;

/// <summary>The encoders by name, and what the tests ask of them beyond their own API.</summary>
internal static class Encoders
{
    public static BytePairEncoder Get(string name) =>
        BytePairEncoder.TryGet(name, out var encoder) ? encoder : throw new ArgumentException($"No encoding '{name}'.", nameof(name));

    public static int[] Tokens(BytePairEncoder encoder, ReadOnlySpan<byte> utf8)
    {
        var tokens = new List<int>();
        encoder.Encode(utf8, tokens);
        return [.. tokens];
    }

    public static byte[] Decode(BytePairEncoder encoder, IEnumerable<int> tokens)
    {
        using var bytes = new MemoryStream();
        foreach (var token in tokens)
        {
            bytes.Write(encoder.Ranks.BytesOf(token));
        }

        return bytes.ToArray();
    }
}
