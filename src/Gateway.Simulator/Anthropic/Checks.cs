using System.Text.Json;

namespace Gateway.Simulator.Anthropic;

/// <summary>Checks parts of a request and keeps the first thing found wrong, with the place where it stands. Each check tells whether it passed.</summary>
internal sealed class Checks
{
    /// <summary>Null while nothing is wrong.</summary>
    public string? Complaint { get; private set; }

    public bool Fail(string path, string what)
    {
        Complaint ??= $"{path}: {what}";
        return false;
    }

    public bool IsObject(JsonElement value, string path) =>
        value.ValueKind is JsonValueKind.Object || Fail(path, "Input should be a valid dictionary");

    public bool IsArray(JsonElement value, string path) =>
        value.ValueKind is JsonValueKind.Array || Fail(path, "Input should be a valid list");

    public bool IsFlag(JsonElement value, string path) =>
        value.ValueKind is JsonValueKind.True or JsonValueKind.False || Fail(path, "Input should be a valid boolean");

    public bool IsNumber(JsonElement value, string path, double from, double to)
    {
        if (value.ValueKind is not JsonValueKind.Number || !value.TryGetDouble(out var number))
        {
            return Fail(path, "Input should be a valid number");
        }

        return (number >= from && number <= to) || Fail(path, $"range: {from}..{to}");
    }

    public bool IsInteger(JsonElement value, string path, int from, out int number)
    {
        number = 0;
        if (value.ValueKind is not JsonValueKind.Number || !value.TryGetInt32(out number))
        {
            return Fail(path, "Input should be a valid integer");
        }

        return number >= from || Fail(path, $"Input should be greater than or equal to {from}");
    }

    public bool IsText(JsonElement value, string path, out string text)
    {
        text = "";
        if (value.ValueKind is not JsonValueKind.String)
        {
            return Fail(path, "Input should be a valid string");
        }

        text = value.GetString()!; // A string's text is never null.
        return true;
    }

    public bool IsOneOf(JsonElement value, string path, out string text, params ReadOnlySpan<string> allowed)
    {
        if (!IsText(value, path, out text))
        {
            return false;
        }

        return allowed.Contains(text) || Fail(path, $"Input should be one of: {string.Join(", ", allowed!)}");
    }

    /// <summary>The value is an object of these fields and no others.</summary>
    public bool HasOnly(JsonElement value, string path, params ReadOnlySpan<string> fields)
    {
        if (!IsObject(value, path))
        {
            return false;
        }

        foreach (var property in value.EnumerateObject())
        {
            if (!fields.Contains(property.Name))
            {
                return Fail(Under(path, property.Name), "Extra inputs are not permitted");
            }
        }

        return true;
    }

    /// <summary>The object has a field.</summary>
    public bool Has(JsonElement value, string path, string field, out JsonElement found) =>
        value.TryGetProperty(field, out found) || Fail(Under(path, field), "Field required");

    /// <summary>The object's <c>cache_control</c> is absent, null, or usable.</summary>
    public bool MayCache(JsonElement value, string path, ref int marks)
    {
        if (!value.TryGetProperty("cache_control", out var control) || control.ValueKind is JsonValueKind.Null)
        {
            return true;
        }

        marks++;
        path = Under(path, "cache_control");
        return HasOnly(control, path, "type", "ttl")
            && Has(control, path, "type", out var type)
            && IsOneOf(type, Under(path, "type"), out _, "ephemeral")
            && (!control.TryGetProperty("ttl", out var ttl) || IsOneOf(ttl, Under(path, "ttl"), out _, "5m", "1h"));
    }

    private static string Under(string path, string field) => path is "" ? field : $"{path}.{field}";
}
