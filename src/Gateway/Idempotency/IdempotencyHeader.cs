using Gateway.Core.Errors;
using Gateway.Core.Requests;

namespace Gateway.Idempotency;

/// <summary>The <c>Idempotency-Key</c> of a request.</summary>
internal static class IdempotencyHeader
{
    /// <returns>False where there is a header that is no key.</returns>
    public static bool TryRead(IHeaderDictionary headers, out IdempotencyKey? key, out GatewayError? error)
    {
        (key, error) = (null, null);
        if (!headers.TryGetValue(IdempotencyKey.Header, out var values))
        {
            return true;
        }

        if (values is not [var value] || !IdempotencyKey.TryParse(value, out var read))
        {
            error = GatewayError.InvalidIdempotencyKey(IdempotencyKey.Longest);
            return false;
        }

        key = read;
        return true;
    }
}
