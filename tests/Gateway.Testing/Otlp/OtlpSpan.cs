namespace Gateway.Testing.Otlp;

/// <summary>A span as a collector got it.</summary>
internal sealed record OtlpSpan(string TraceId, string SpanId, string Parent, string Name, int Kind, IReadOnlyDictionary<string, string> Attributes)
{
    public const int Server = 2;

    public const int Client = 3;

    // ExportTraceServiceRequest: ResourceSpans (1), ScopeSpans (2), Span (2).
    public static IEnumerable<OtlpSpan> ReadAll(byte[] body) => ProtobufField.Find(body, 1, 2, 2).Select(Read);

    private static OtlpSpan Read(ReadOnlyMemory<byte> span)
    {
        var fields = ProtobufField.Fields(span);
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (_, attribute) in fields.Where(static field => field.Number == 9))
        {
            var value = ProtobufField.Fields(ProtobufField.Find(attribute, 2).Single()).Single();
            var at = 0;
            attributes[ProtobufField.Find(attribute, 1).Single().Text()] = value.Number == 1 ? value.Value.Text() : $"{ProtobufField.Varint(value.Value.Span, ref at)}";
        }

        return new OtlpSpan(Hex(1), Hex(2), Hex(4), fields.Single(static field => field.Number == 5).Value.Text(), fields.Single(static field => field.Number == 6).Value.Span[0], attributes);

        string Hex(int number) => Convert.ToHexStringLower(fields.FirstOrDefault(field => field.Number == number).Value.Span);
    }
}
