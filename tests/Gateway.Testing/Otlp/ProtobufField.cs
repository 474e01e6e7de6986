using System.Text;

namespace Gateway.Testing.Otlp;

/// <summary>Just enough of protobuf to look into what a collector gets.</summary>
internal static class ProtobufField
{
    /// <summary>All length-delimited fields on a way of field numbers.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Find(ReadOnlyMemory<byte> message, params int[] way)
    {
        IEnumerable<ReadOnlyMemory<byte>> found = [message];
        foreach (var number in way)
        {
            found = found.SelectMany(outer => Fields(outer).Where(field => field.Number == number).Select(field => field.Value));
        }

        return found;
    }

    public static string Text(this ReadOnlyMemory<byte> value) => Encoding.UTF8.GetString(value.Span);

    /// <summary>Every field; of those that are no bytes or text, the value is the varint or fixed number's bytes.</summary>
    public static List<(int Number, ReadOnlyMemory<byte> Value)> Fields(ReadOnlyMemory<byte> message)
    {
        var fields = new List<(int, ReadOnlyMemory<byte>)>();
        for (var at = 0; at < message.Length;)
        {
            var tag = Varint(message.Span, ref at);
            var from = at;
            switch (tag & 7)
            {
                case 0:
                    Varint(message.Span, ref at);
                    break;
                case 1:
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint(message.Span, ref at);
                    from = at;
                    at += length;
                    break;
                case 5:
                    at += 4;
                    break;
                default:
                    throw new FormatException($"No protobuf: wire type {tag & 7}.");
            }

            fields.Add(((int)(tag >> 3), message[from..at]));
        }

        return fields;
    }

    public static ulong Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
