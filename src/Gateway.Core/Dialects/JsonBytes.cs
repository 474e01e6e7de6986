using System.Buffers;
using System.Buffers.Text;

namespace Gateway.Core.Dialects;

/// <summary>Writes JSON without a document and without a string.</summary>
internal static class JsonBytes
{
    private const int LongestNumber = 20;

    private static readonly SearchValues<byte> Escaped = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(value => (byte)value), (byte)'"', (byte)'\\']);

    public static void Write(IBufferWriter<byte> output, long number)
    {
        Utf8Formatter.TryFormat(number, output.GetSpan(LongestNumber), out var written);
        output.Advance(written);
    }

    /// <summary>UTF-8 as the inside of a JSON string. Its length grows sixfold at most, twofold where it is JSON itself.</summary>
    public static void WriteInside(IBufferWriter<byte> output, ReadOnlySpan<byte> text)
    {
        while (true)
        {
            var at = text.IndexOfAny(Escaped);
            if (at < 0)
            {
                output.Write(text);
                return;
            }

            output.Write(text[..at]);
            switch (text[at])
            {
                case (byte)'"':
                    output.Write("\\\""u8);
                    break;
                case (byte)'\\':
                    output.Write("\\\\"u8);
                    break;
                case (byte)'\n':
                    output.Write("\\n"u8);
                    break;
                case (byte)'\r':
                    output.Write("\\r"u8);
                    break;
                case (byte)'\t':
                    output.Write("\\t"u8);
                    break;
                default:
                    output.Write("\\u00"u8);
                    output.Write([Digit(text[at] >> 4), Digit(text[at] & 0xF)]);
                    break;
            }

            text = text[(at + 1)..];
        }
    }

    private static byte Digit(int value) => (byte)(value < 10 ? '0' + value : 'a' + value - 10);
}
