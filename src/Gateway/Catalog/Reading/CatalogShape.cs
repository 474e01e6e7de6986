using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Gateway.Catalog.Document;

namespace Gateway.Catalog.Reading;

/// <summary>
/// The form of the file, before its meaning: one walk over its bytes beside the types of <see cref="CatalogJson"/>. It reports every
/// unknown or repeated property and every value of a wrong kind, notes the lines of all others, and writes what is sound into a clean
/// copy, which is what gets deserialised: so the meaning is judged, and all is reported, in the same run.
/// </summary>
internal ref struct CatalogShape
{
    private readonly ReadOnlySpan<byte> _utf8;
    private readonly CatalogFindings _findings;
    private readonly Utf8JsonWriter _clean;
    private Utf8JsonReader _reader;
    private int _line;
    private int _counted;

    private CatalogShape(ReadOnlySpan<byte> utf8, CatalogFindings findings, Utf8JsonWriter clean)
    {
        _utf8 = utf8;
        _findings = findings;
        _clean = clean;
        _line = 1;
        _reader = new Utf8JsonReader(utf8, new JsonReaderOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
    }

    public static bool TryRead(ReadOnlySpan<byte> utf8, CatalogFindings findings, [NotNullWhen(true)] out CatalogDocument? document)
    {
        document = null;
        utf8 = utf8.StartsWith(Encoding.UTF8.Preamble) ? utf8[Encoding.UTF8.Preamble.Length..] : utf8;
        var copy = new ArrayBufferWriter<byte>(utf8.Length + 1);
        using var clean = new Utf8JsonWriter(copy, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        var shape = new CatalogShape(utf8, findings, clean);
        try
        {
            shape._reader.Read();
            if (shape._reader.TokenType != JsonTokenType.StartObject)
            {
                findings.RefuseForm(string.Empty, 1, "the catalog must be one JSON object: { \"providers\": ..., \"models\": ... }", string.Empty);
                return false;
            }

            shape.Value(string.Empty, null, string.Empty, typeof(CatalogDocument));
            shape._reader.Read();
        }
        catch (JsonException damage)
        {
            // Its own message may quote the file, and so a key.
            findings.RefuseForm(
                string.Empty,
                (int)(damage.LineNumber ?? 0) + 1,
                $"this is not JSON from byte {damage.BytePositionInLine + 1} of the line on; look there and just before for a comma, quote or bracket that is missing or too many",
                string.Empty);
            return false;
        }
        catch (InvalidOperationException)
        {
            findings.RefuseForm(string.Empty, shape.Line(), "a string here is not valid UTF-8; save the file as UTF-8", string.Empty);
            return false;
        }

        clean.Flush();
        document = JsonSerializer.Deserialize(copy.WrittenSpan, CatalogJson.Default.CatalogDocument);
        return document is not null;
    }

    // The reader stands on the value's first token, and at the end on its last. `left` is what a wrong value takes out with it.
    private void Value(string path, string? name, string left, Type declared)
    {
        var line = Line();
        _findings.Place(path, line);
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (type == typeof(ImageTokensSection))
        {
            type = _reader.TokenType == JsonTokenType.StartObject ? typeof(ImageFormulaSection) : typeof(string);
        }

        var kind = type == typeof(JsonElement) ? JsonTypeInfoKind.None : CatalogJson.Default.Options.GetTypeInfo(type).Kind;
        switch (kind)
        {
            case JsonTypeInfoKind.Object when _reader.TokenType == JsonTokenType.StartObject:
                WriteName(name);
                Members(path, CatalogJson.Default.Options.GetTypeInfo(type), null);
                break;
            case JsonTypeInfoKind.Dictionary when _reader.TokenType == JsonTokenType.StartObject:
                WriteName(name);
                Members(path, null, CatalogJson.Default.Options.GetTypeInfo(type).ElementType);
                break;
            case JsonTypeInfoKind.Enumerable when _reader.TokenType == JsonTokenType.StartArray:
                WriteName(name);
                Elements(path, CatalogJson.Default.Options.GetTypeInfo(type).ElementType!);
                break;
            case JsonTypeInfoKind.None when type == typeof(JsonElement):
                WriteName(name);
                Anything(path);
                break;
            case JsonTypeInfoKind.None when IsScalarOf(type):
                WriteName(name);
                Scalar();
                break;
            default:
                _findings.RefuseForm(path, line, $"{Shown(path)}{Expected(kind, type)}", left);
                _reader.Skip();
                break;
        }
    }

    // The members of an object with known properties, or of one whose names are free and whose values are all of one type.
    private void Members(string path, JsonTypeInfo? known, Type? each)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        _clean.WriteStartObject();
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var line = Line();
            var name = _reader.GetString()!;
            var member = Place.Member(path, name);
            _reader.Read();
            var type = known is null ? each : known.Properties.FirstOrDefault(property => property.Name == name)?.PropertyType;
            if (!seen.Add(name))
            {
                _findings.RefuseForm(member, line, "is given twice; remove one", member);
                _reader.Skip();
            }
            else if (type is null)
            {
                _findings.RefuseForm(member, line, $"is not known here; remove it, or write one of {string.Join(", ", known!.Properties.Select(property => property.Name))}", member);
                _reader.Skip();
            }
            else if (_reader.TokenType != JsonTokenType.Null || type == typeof(JsonElement))
            {
                Value(member, name, member, type);
            }
            else if (known is null)
            {
                _findings.RefuseForm(member, line, "is null; write its value or remove it", member);
            }
        }

        _clean.WriteEndObject();
    }

    private void Elements(string path, Type each)
    {
        _clean.WriteStartArray();
        for (var i = 0; _reader.Read() && _reader.TokenType != JsonTokenType.EndArray; i++)
        {
            // A wrong element shifts those after it, so nothing more is said about this array.
            Value($"{path}[{i}]", null, path, each);
        }

        _clean.WriteEndArray();
    }

    private void Anything(string path)
    {
        switch (_reader.TokenType)
        {
            case JsonTokenType.StartObject:
                Members(path, null, typeof(JsonElement));
                break;
            case JsonTokenType.StartArray:
                Elements(path, typeof(JsonElement));
                break;
            default:
                Scalar();
                break;
        }
    }

    private readonly bool IsScalarOf(Type type) => _reader.TokenType switch
    {
        JsonTokenType.String => type == typeof(string),
        JsonTokenType.Number => type == typeof(long) && _reader.TryGetInt64(out _),
        JsonTokenType.True or JsonTokenType.False => type == typeof(bool),
        _ => false,
    };

    private readonly void Scalar()
    {
        if (_reader.TokenType == JsonTokenType.String)
        {
            _clean.WriteStringValue(_reader.GetString());
        }
        else
        {
            _clean.WriteRawValue(_reader.ValueSpan);
        }
    }

    private readonly void WriteName(string? name)
    {
        if (name is not null)
        {
            _clean.WritePropertyName(name);
        }
    }

    private readonly string Expected(JsonTypeInfoKind kind, Type type) => kind switch
    {
        JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary => "an object { ... } is needed here",
        JsonTypeInfoKind.Enumerable => "an array [ ... ] is needed here",
        _ when type == typeof(long) => "a whole number without quotes is needed here",
        _ when type == typeof(bool) => "true or false is needed here, without quotes",
        _ when _reader.TokenType == JsonTokenType.Number => "a string is needed here; put the number in quotes, so that it is read exactly",
        _ => "a string in quotes is needed here",
    };

    // The value as it is written, unless it is long or may be a secret.
    private readonly string Shown(string path) => _reader.TokenType switch
    {
        JsonTokenType.StartObject => "{...} is an object; ",
        JsonTokenType.StartArray => "[...] is an array; ",
        _ when path.StartsWith("providers", StringComparison.Ordinal) || _reader.ValueSpan.Length > 100 => string.Empty,
        JsonTokenType.String => $"\"{_reader.GetString()}\" is a string; ",
        _ => $"{Encoding.UTF8.GetString(_reader.ValueSpan)} is no such value; ",
    };

    private int Line()
    {
        var at = (int)_reader.TokenStartIndex;
        _line += _utf8[_counted..at].Count((byte)'\n');
        _counted = at;
        return _line;
    }
}
