using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Text.Json;

namespace Gateway.Ledger.Spooling;

/// <summary>
/// One record of the spool, a line that people can read too: the version's digit, the length of the JSON in bytes and a checksum, both as eight lower-case hexadecimal
/// digits, the JSON, a line feed. The checksum is CRC-32C (RFC 3720, B.4) over all before it and the JSON. JSON escapes line feeds, so that behind a damaged
/// record the next line is the next record.
/// </summary>
internal static class SpoolRecord
{
    /// <summary>Of what the JSON must be understood as; the frame is the same in all versions.</summary>
    public const byte Version = (byte)'1';

    /// <summary>Bytes of the longest record. A row is about 1 KB, with the longest texts that are taken about 100 KB.</summary>
    public const int MaxBytes = 32 << 20;

    private const int LengthAt = 2;
    private const int SumAt = 11;
    private const int JsonAt = 20;
    private const int Digits = 8;

    private static readonly SearchValues<byte> LowerHex = SearchValues.Create("0123456789abcdef"u8);

    /// <exception cref="InvalidDataException">The record would be longer than <see cref="MaxBytes"/>. Nothing was written.</exception>
    public static void Write(PendingRow row, ArrayBufferWriter<byte> output)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(SpooledRow.Of(row), SpoolJson.Default.SpooledRow);
        if (json.Length > MaxBytes - JsonAt - 1)
        {
            throw new InvalidDataException($"A row of {json.Length} bytes is too long for the spool.");
        }

        var record = output.GetSpan(JsonAt + json.Length + 1);
        record[0] = Version;
        record[1] = record[LengthAt + Digits] = record[SumAt + Digits] = (byte)' ';
        WriteHex((uint)json.Length, record[LengthAt..]);
        json.CopyTo(record[JsonAt..]);
        record[JsonAt + json.Length] = (byte)'\n';
        WriteHex(Sum(record[..SumAt], json), record[SumAt..]);
        output.Advance(JsonAt + json.Length + 1);
    }

    /// <summary>
    /// The length of the whole record that the bytes begin with; 0 where they begin with none, and -1 where they could be the beginning of one.
    /// </summary>
    public static int Measure(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < JsonAt)
        {
            return -1;
        }

        if (bytes[0] is < (byte)'0' or > (byte)'9' || bytes[1] != ' ' || bytes[LengthAt + Digits] != ' ' || bytes[SumAt + Digits] != ' '
            || !TryReadHex(bytes[LengthAt..], out var length) || length > MaxBytes - JsonAt - 1 || !TryReadHex(bytes[SumAt..], out var sum))
        {
            return 0;
        }

        var end = JsonAt + (int)length;
        if (bytes.Length <= end)
        {
            return -1;
        }

        // Whether a line feed ends it matters to people, and behind a damaged record; this one is not damaged for want of it.
        return sum == Sum(bytes[..SumAt], bytes[JsonAt..end]) ? end + 1 : 0;
    }

    /// <summary>The row of a record that is whole. False where it is of another version, or not as this one writes them.</summary>
    public static bool TryRead(ReadOnlySpan<byte> record, [NotNullWhen(true)] out PendingRow? row, [NotNullWhen(false)] out Exception? problem)
    {
        (row, problem) = (null, null);
        if (record[0] != Version)
        {
            problem = new InvalidDataException($"The record is of version {(char)record[0]}; this gateway knows {(char)Version}.");
            return false;
        }

        try
        {
            row = JsonSerializer.Deserialize(record[JsonAt..^1], SpoolJson.Default.SpooledRow)?.ToPending();
            problem = row is null ? new InvalidDataException("The record is null.") : null;
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            problem = e;
        }

        return problem is null;
    }

    private static void WriteHex(uint value, Span<byte> digits) => Utf8Formatter.TryFormat(value, digits, out _, new StandardFormat('x', Digits));

    // Upper case would let a flipped bit pass.
    private static bool TryReadHex(ReadOnlySpan<byte> text, out uint value)
    {
        value = 0;
        return !text[..Digits].ContainsAnyExcept(LowerHex) && Utf8Parser.TryParse(text[..Digits], out value, out _, 'x');
    }

    private static uint Sum(ReadOnlySpan<byte> head, ReadOnlySpan<byte> json) => ~Sum(Sum(uint.MaxValue, head), json);

    private static uint Sum(uint sum, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var one in bytes)
        {
            sum = BitOperations.Crc32C(sum, one);
        }

        return sum;
    }
}
