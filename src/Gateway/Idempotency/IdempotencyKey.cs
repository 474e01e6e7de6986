using System.Buffers;
using Gateway.Core.Errors;

namespace Gateway.Idempotency;

/// <summary>The value of the <c>Idempotency-Key</c> header: 1 to 255 printable ASCII characters.</summary>
internal readonly record struct IdempotencyKey(string Value)
{
    public const string Header = "Idempotency-Key";
    public const int Longest = 255;

    private static readonly SearchValues<char> Printable =
        SearchValues.Create(" !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    /// <returns>False where there is a header that is no key.</returns>
    public static bool TryRead(IHeaderDictionary headers, out IdempotencyKey? key, out GatewayError? error)
    {
        (key, error) = (null, null);
        if (!headers.TryGetValue(Header, out var values))
        {
            return true;
        }

        if (values is not [{ Length: > 0 and <= Longest } value] || value.AsSpan().ContainsAnyExcept(Printable))
        {
            error = GatewayError.InvalidIdempotencyKey(Longest);
            return false;
        }

        key = new IdempotencyKey(value);
        return true;
    }
}
