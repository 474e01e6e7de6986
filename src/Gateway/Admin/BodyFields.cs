using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Catalog.Reading;
using Gateway.Core.Errors;

namespace Gateway.Admin;

/// <summary>
/// Takes the fields of a JSON object one by one and keeps the first thing that is wrong, by the field's path. JSON's null stands for an absent field.
/// </summary>
internal sealed class BodyFields
{
    private readonly JsonObject _fields;
    private readonly string _path;
    private readonly BodyFields? _outer;
    private readonly HashSet<string> _known = [];

    public BodyFields(JsonObject fields)
        : this(fields, "", null)
    {
    }

    private BodyFields(JsonObject fields, string path, BodyFields? outer) => (_fields, _path, _outer) = (fields, path, outer);

    public GatewayError? Error { get; private set; }

    public IEnumerable<string> Names => _fields.Select(pair => pair.Key);

    public void Fail(GatewayError error)
    {
        Error ??= error;
        _outer?.Fail(error);
    }

    /// <summary>To be called when all known fields are taken.</summary>
    public void RefuseOthers()
    {
        if (Names.FirstOrDefault(name => !_known.Contains(name)) is { } unknown)
        {
            Fail(GatewayError.UnknownParameter(PathOf(unknown)));
        }
    }

    /// <summary>A length of time such as <c>24h</c>, or null.</summary>
    public TimeSpan? Duration(string name, TimeSpan most)
    {
        if (Text(name, 16) is not { } text)
        {
            return null;
        }

        if (!DurationText.TryParse(text, out var duration) || duration > most)
        {
            Fail(GatewayError.InvalidValue(PathOf(name), $"it must be a length of time such as \"90s\", \"15m\" or \"24h\", at most {most.TotalHours:0}h."));
        }

        return duration;
    }

    public string? Text(string name, int maxLength)
    {
        var node = Take(name);
        return node is null ? null : TextOf(node, PathOf(name), maxLength);
    }

    public string RequiredText(string name, int maxLength)
    {
        if (Text(name, maxLength) is { } text)
        {
            return text;
        }

        Fail(GatewayError.MissingParameter(PathOf(name)));
        return "";
    }

    public long? Whole(string name, long min, long max)
    {
        if (Take(name) is not { } node)
        {
            return null;
        }

        if (node is not JsonValue value || node.GetValueKind() != JsonValueKind.Number || !value.TryGetValue<long>(out var number))
        {
            Fail(GatewayError.InvalidType(PathOf(name), "an integer", Describe(node)));
            return null;
        }

        if (number < min || number > max)
        {
            Fail(GatewayError.InvalidValue(PathOf(name), $"it must be from {min} to {max}."));
        }

        return number;
    }

    public DateTimeOffset? Time(string name)
    {
        if (Text(name, 64) is not { } text)
        {
            return null;
        }

        if (!AdminTime.TryParse(text, out var time))
        {
            Fail(GatewayError.InvalidValue(PathOf(name), AdminTime.Rule));
        }

        return time;
    }

    public ImmutableArray<string>? Texts(string name, int maxCount, int maxLength)
    {
        if (Take(name) is not { } node)
        {
            return null;
        }

        if (node is not JsonArray list)
        {
            Fail(GatewayError.InvalidType(PathOf(name), "an array of strings", Describe(node)));
            return null;
        }

        if (list.Count > maxCount)
        {
            Fail(GatewayError.InvalidValue(PathOf(name), $"it must have at most {maxCount} entries."));
            return null;
        }

        return [.. list.Select((item, i) => TextOf(item, string.Create(CultureInfo.InvariantCulture, $"{PathOf(name)}[{i}]"), maxLength) ?? "")];
    }

    public BodyFields? Object(string name)
    {
        if (Take(name) is not { } node)
        {
            return null;
        }

        if (node is JsonObject fields)
        {
            return new BodyFields(fields, PathOf(name), this);
        }

        Fail(GatewayError.InvalidType(PathOf(name), "an object", Describe(node)));
        return null;
    }

    public string PathOf(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    private JsonNode? Take(string name)
    {
        _known.Add(name);
        return _fields[name];
    }

    private string? TextOf(JsonNode? node, string path, int maxLength)
    {
        if (node is not JsonValue value || node.GetValueKind() != JsonValueKind.String)
        {
            Fail(GatewayError.InvalidType(path, "a string", Describe(node)));
            return null;
        }

        string text;
        try
        {
            text = value.GetValue<string>();
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            Fail(GatewayError.InvalidValue(path, "it is not valid Unicode."));
            return null;
        }

        if (string.IsNullOrWhiteSpace(text) || text.Length > maxLength || text.Any(char.IsControl))
        {
            Fail(GatewayError.InvalidValue(path, $"it must have 1 to {maxLength} characters, none of them a control character."));
        }

        return text;
    }

    private static string Describe(JsonNode? node) => node?.GetValueKind() switch
    {
        null => "null",
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => node.ToJsonString().AsSpan().ContainsAny(".eE") ? "a decimal" : "an integer",
        _ => "a boolean",
    };
}
