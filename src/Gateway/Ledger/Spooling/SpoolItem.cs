namespace Gateway.Ledger.Spooling;

/// <summary>A stretch of a segment: a whole record, or bytes that are none.</summary>
/// <param name="Bytes">What it holds; valid as long as anybody holds it.</param>
/// <param name="IsRecord">Whether its checksum is right.</param>
internal readonly record struct SpoolItem(ReadOnlyMemory<byte> Bytes, bool IsRecord);
