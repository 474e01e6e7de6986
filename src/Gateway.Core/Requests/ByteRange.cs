namespace Gateway.Core.Requests;

/// <summary>A stretch of the body, by offsets into its bytes.</summary>
public readonly record struct ByteRange(int Start, int Length)
{
    public int End => Start + Length;

    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> body) => body.Slice(Start, Length);
}
