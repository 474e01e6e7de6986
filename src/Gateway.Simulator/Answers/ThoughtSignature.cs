using System.Text;

namespace Gateway.Simulator.Answers;

/// <summary>The signature by which a provider knows its own reasoning again when it is sent back.</summary>
internal static class ThoughtSignature
{
    private const string Prefix = "simulated-thought-";

    /// <summary>Base64 of 34 bytes.</summary>
    /// <param name="number">The answer's.</param>
    public static string Of(long number) => Convert.ToBase64String(Encoding.ASCII.GetBytes($"{Prefix}{number:x16}"));

    public static bool IsGenuine(string signature)
    {
        Span<byte> bytes = stackalloc byte[64];
        return signature.Length <= 64
            && Convert.TryFromBase64String(signature, bytes, out var written)
            && Encoding.ASCII.GetString(bytes[..written]).StartsWith(Prefix, StringComparison.Ordinal);
    }
}
