using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Gateway.Simulator.Wire;

namespace Gateway.Simulator.Answers;

/// <summary>
/// The plainest JSON that fits a JSON schema, or Google's dialect of it: every property there is, one entry in each array,
/// the smallest number allowed. Patterns are not looked at.
/// </summary>
internal ref struct SchemaSample
{
    // A schema comes from the caller and may refer to itself.
    private const int MostNodes = 1000;
    private const int MostDepth = 32;
    private const int MostRepeats = 16;
    private const int LongestWord = 1024;

    private readonly JsonElement _root;
    private readonly Utf8Buffer _to;
    private int _nodes;

    private SchemaSample(JsonElement root, Utf8Buffer to)
    {
        _root = root;
        _to = to;
    }

    /// <summary>A sample, with a space after each comma and colon, so that it makes several tokens.</summary>
    public static string Of(JsonElement schema)
    {
        using var buffer = new Utf8Buffer();
        new SchemaSample(schema, buffer).Write(schema, 0);
        return Encoding.UTF8.GetString(buffer.Span);
    }

    private void Write(JsonElement schema, int depth)
    {
        if (++_nodes > MostNodes || depth > MostDepth || schema.ValueKind is not JsonValueKind.Object)
        {
            _to.Raw("null"u8);
        }
        else if (schema.TryGetProperty("const", out var constant))
        {
            _to.Raw(Raw(constant));
        }
        else if (schema.TryGetProperty("enum", out var values) && values.ValueKind is JsonValueKind.Array && values.GetArrayLength() > 0)
        {
            _to.Raw(Raw(values[0]));
        }
        else if (Elsewhere(schema) is { } other)
        {
            Write(other, depth + 1);
        }
        else
        {
            WriteTyped(schema, TypeOf(schema), depth);
        }
    }

    /// <summary>The schema that stands in for this one: what it refers to, or its first alternative.</summary>
    private readonly JsonElement? Elsewhere(JsonElement schema)
    {
        if (schema.TryGetProperty("$ref", out var reference) && reference.ValueKind is JsonValueKind.String)
        {
            return Find(reference.GetString()!); // A string's text is never null.
        }

        foreach (var name in (ReadOnlySpan<string>)["anyOf", "oneOf", "allOf"])
        {
            if (schema.TryGetProperty(name, out var alternatives)
                && alternatives.ValueKind is JsonValueKind.Array
                && alternatives.GetArrayLength() > 0)
            {
                return alternatives[0];
            }
        }

        return null;
    }

    private readonly JsonElement? Find(string reference)
    {
        var found = _root;
        foreach (var step in reference.Split('/').Skip(1))
        {
            if (found.ValueKind is not JsonValueKind.Object || !found.TryGetProperty(step, out found))
            {
                return default(JsonElement);
            }
        }

        return found;
    }

    private static string? TypeOf(JsonElement schema)
    {
        if (schema.TryGetProperty("type", out var type))
        {
            var name = type.ValueKind is JsonValueKind.Array && type.GetArrayLength() > 0 ? type[0] : type;
            return name.ValueKind is JsonValueKind.String ? name.GetString()!.ToLowerInvariant() : null; // As above.
        }

        return schema.TryGetProperty("properties", out _) ? "object" : null;
    }

    private void WriteTyped(JsonElement schema, string? type, int depth)
    {
        switch (type)
        {
            case "object":
                WriteObject(schema, depth);
                break;
            case "array":
                WriteArray(schema, depth);
                break;
            case "string":
                WriteString(schema);
                break;
            case "integer" or "number":
                _to.Number(Whole(schema, "minimum") ?? Whole(schema, "exclusiveMinimum") + 1 ?? 0);
                break;
            case "boolean":
                _to.Raw("false"u8);
                break;
            default:
                _to.Raw("null"u8);
                break;
        }
    }

    private void WriteObject(JsonElement schema, int depth)
    {
        _to.Raw("{"u8);
        if (schema.TryGetProperty("properties", out var properties) && properties.ValueKind is JsonValueKind.Object)
        {
            var first = true;
            foreach (var property in properties.EnumerateObject())
            {
                if (!first)
                {
                    _to.Raw(", "u8);
                }

                first = false;
                _to.Quoted(property.Name);
                _to.Raw(": "u8);
                Write(property.Value, depth + 1);
            }
        }

        _to.Raw("}"u8);
    }

    private void WriteArray(JsonElement schema, int depth)
    {
        _to.Raw("["u8);
        var count = schema.TryGetProperty("items", out var items) ? Math.Clamp(Whole(schema, "minItems") ?? 1, 0, MostRepeats) : 0;
        for (var i = 0L; i < count; i++)
        {
            if (i > 0)
            {
                _to.Raw(", "u8);
            }

            Write(items, depth + 1);
        }

        _to.Raw("]"u8);
    }

    private readonly void WriteString(JsonElement schema)
    {
        var format = schema.TryGetProperty("format", out var named) && named.ValueKind is JsonValueKind.String ? named.GetString() : null;
        _to.Raw("\""u8);
        switch (format)
        {
            case "date-time":
                _to.Raw("2025-01-01T00:00:00Z"u8);
                break;
            case "date":
                _to.Raw("2025-01-01"u8);
                break;
            case "time":
                _to.Raw("00:00:00Z"u8);
                break;
            case "uuid":
                _to.Raw("00000000-0000-0000-0000-000000000000"u8);
                break;
            case "email":
                _to.Raw("nobody@example.com"u8);
                break;
            case "uri":
                _to.Raw("https://example.com/"u8);
                break;
            default:
                WriteWord(schema);
                break;
        }

        _to.Raw("\""u8);
    }

    private readonly void WriteWord(JsonElement schema)
    {
        var word = "sample"u8;
        var length = Math.Max(word.Length, Math.Min(Whole(schema, "minLength") ?? 0, LongestWord));
        length = Math.Min(length, Math.Max(Whole(schema, "maxLength") ?? length, 0));
        _to.Raw(word[..(int)Math.Min(word.Length, length)]);
        _to.Repeat((byte)'x', (int)Math.Max(0, length - word.Length));
    }

    private static long? Whole(JsonElement schema, string name) =>
        !schema.TryGetProperty(name, out var value) ? null
        : value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out var number) ? number
        : value.ValueKind is JsonValueKind.Number && value.TryGetDouble(out var wide) && Math.Abs(wide) < 1e15 ? (long)Math.Ceiling(wide)
        : value.ValueKind is JsonValueKind.String && long.TryParse(value.GetString(), out var written) ? written
        : null;

    private static ReadOnlySpan<byte> Raw(JsonElement value) => JsonMarshal.GetRawUtf8Value(value);
}
