using System.Security.Cryptography;
using System.Text;
using Gateway.Core.Callers;
using Gateway.Core.Requests;

namespace Gateway.Idempotency;

/// <summary>A request that must not count twice: whose it is, and what tells it from another. The caller is the API key, not its tenant.</summary>
internal sealed class IdempotentRequest
{
    public required TenantId Tenant { get; init; }

    public required KeyId Caller { get; init; }

    /// <summary>SHA-256 of the header's value: what clients put there is theirs, and 32 bytes are enough to find it by.</summary>
    public required byte[] KeyHash { get; init; }

    public required string Endpoint { get; init; }

    /// <summary>SHA-256 of the body's bytes as they came: the same JSON in other spacing is another body.</summary>
    public required byte[] BodyHash { get; init; }

    public static IdempotentRequest Of(Caller caller, IdempotencyKey key, string endpoint, ReadOnlySpan<byte> body)
    {
        Span<byte> ascii = stackalloc byte[IdempotencyKey.Longest];
        return new IdempotentRequest
        {
            Tenant = caller.Tenant,
            Caller = caller.Key,
            KeyHash = SHA256.HashData(ascii[..Encoding.ASCII.GetBytes(key.Value, ascii)]),
            Endpoint = endpoint,
            BodyHash = SHA256.HashData(body),
        };
    }
}
