using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Gateway.Storage;

/// <summary>
/// The id of an audit row: a UUIDv7 whose twelve bits behind the milliseconds count, so that rows of one process sort as they were written, those of one
/// millisecond too. Beyond 4,096 rows in a millisecond it runs ahead of the clock.
/// </summary>
internal static class AuditId
{
    private const int CountBits = 12;

    // Milliseconds since 1970 and the count, of the id that was given last.
    private static long _last;

    public static string Next(DateTimeOffset at)
    {
        long last;
        long next;
        do
        {
            last = Volatile.Read(ref _last);
            next = Math.Max(last + 1, at.ToUnixTimeMilliseconds() << CountBits);
        }
        while (Interlocked.CompareExchange(ref _last, next, last) != last);

        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        BinaryPrimitives.WriteInt64BigEndian(bytes, (next >> CountBits) << 16);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], (ushort)(0x7000 | (next & ((1 << CountBits) - 1))));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3F));
        return $"aud_{new Guid(bytes, bigEndian: true):N}";
    }
}
