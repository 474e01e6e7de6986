using System.Data.Common;
using Gateway.Core.Pricing;
using Gateway.Storage;

namespace Gateway.Idempotency;

/// <summary>A key as it stands in the database, without the answer's bytes.</summary>
internal sealed record KeyRow
{
    /// <summary>What <see cref="Read"/> reads, in its order.</summary>
    public const string Columns =
        "endpoint, body_hash, state, owner, lease_until, created_at, expires_at, status, content_type, provider, model, amount_nano_usd, bytes";

    public required string Endpoint { get; init; }

    public required byte[] BodyHash { get; init; }

    public required bool IsRunning { get; init; }

    public required DateTimeOffset LeaseUntil { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Null while it runs, and where the answer was not kept.</summary>
    public required StoredAnswer? Answer { get; init; }

    public static KeyRow Read(DbDataReader row) => new()
    {
        Endpoint = row.GetString(0),
        BodyHash = row.GetFieldValue<byte[]>(1),
        IsRunning = row.GetString(2) == "running",
        LeaseUntil = UnixMicroseconds.ToTime(row.GetInt64(4)),
        CreatedAt = UnixMicroseconds.ToTime(row.GetInt64(5)),
        ExpiresAt = UnixMicroseconds.ToTime(row.GetInt64(6)),
        Answer = row.IsDBNull(7)
            ? null
            : new StoredAnswer(
                row.GetString(3),
                (int)row.GetInt64(7),
                row.GetString(8),
                row.GetString(9),
                row.GetString(10),
                row.MoneyOrNull(11),
                (int)row.GetInt64(12)),
    };

    /// <summary>Whether it counts for nothing any more: its owner is gone, or its time is over.</summary>
    /// <param name="now">Now.</param>
    /// <param name="lapsed">Leases that ran out by then are over.</param>
    public bool IsOver(DateTimeOffset now, DateTimeOffset lapsed) => IsRunning ? LeaseUntil <= lapsed : ExpiresAt <= now;

    public bool IsOf(IdempotentRequest request) =>
        string.Equals(Endpoint, request.Endpoint, StringComparison.Ordinal) && BodyHash.AsSpan().SequenceEqual(request.BodyHash);
}
