using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Gateway.Core.Requests;

/// <summary>What makes a request that is sent again the same one: 1 to 255 printable ASCII characters.</summary>
public readonly record struct IdempotencyKey(string Value)
{
    /// <summary>The header that carries it.</summary>
    public const string Header = "Idempotency-Key";

    /// <summary>Characters at most.</summary>
    public const int Longest = 255;

    private static readonly SearchValues<char> Printable =
        SearchValues.Create(" !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    /// <summary>Takes a text as it came; false where it is no key.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out IdempotencyKey key)
    {
        var isKey = text is { Length: > 0 and <= Longest } && !text.AsSpan().ContainsAnyExcept(Printable);
        key = isKey ? new IdempotencyKey(text!) : default; // A key is no null.
        return isKey;
    }
}
