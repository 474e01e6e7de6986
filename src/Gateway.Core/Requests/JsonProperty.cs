namespace Gateway.Core.Requests;

/// <summary>Takes a property out of a JSON object.</summary>
public static class JsonProperty
{
    /// <summary>The property widened by the comma in front of it, or else by the one behind.</summary>
    public static ByteRange WithComma(ReadOnlySpan<byte> json, ByteRange property)
    {
        var widened = WithCommaInFront(json, property);
        return widened.Start < property.Start ? widened : WithCommaBehind(json, property);
    }

    /// <summary>The property and the comma in front of it; the property alone where there is none.</summary>
    public static ByteRange WithCommaInFront(ReadOnlySpan<byte> json, ByteRange property)
    {
        var before = json[..property.Start].TrimEnd(" \t\r\n"u8);
        return before.Length > 0 && before[^1] == ','
            ? new ByteRange(before.Length - 1, property.End - before.Length + 1)
            : property;
    }

    /// <summary>The property and the comma behind it; the property alone where there is none.</summary>
    public static ByteRange WithCommaBehind(ReadOnlySpan<byte> json, ByteRange property)
    {
        var behind = json[property.End..];
        var trimmed = behind.TrimStart(" \t\r\n"u8);
        return trimmed.Length > 0 && trimmed[0] == ','
            ? new ByteRange(property.Start, property.Length + (behind.Length - trimmed.Length) + 1)
            : property;
    }
}
