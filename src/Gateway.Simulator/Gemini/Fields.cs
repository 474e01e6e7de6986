using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gateway.Simulator.Gemini;

/// <summary>
/// Reads JSON by the rules of protocol buffers, as Google's servers do: names in camel or snake case, null for absent, one
/// thing where a list of one is meant, numbers in quotes; and nothing else. Keeps the first thing found wrong; each check tells
/// whether it passed.
/// </summary>
internal sealed class Fields
{
    /// <summary>Null while nothing is wrong.</summary>
    public GeminiError? Refusal { get; private set; }

    public bool Fail(string path, string message)
    {
        Refusal ??= GeminiError.Invalid(message, path);
        return false;
    }

    /// <summary>A rule of the service itself, not of the form.</summary>
    public bool Fail(string message)
    {
        Refusal ??= GeminiError.Invalid(message);
        return false;
    }

    public bool IsWrong(JsonElement value, string path, string type)
    {
        var raw = JsonMarshal.GetRawUtf8Value(value);
        return Fail(path, $"Invalid value at '{path}' ({type}), {Encoding.UTF8.GetString(raw[..Math.Min(raw.Length, 64)])}");
    }

    /// <summary>The value is an object of these fields, named in camel case, and no others.</summary>
    public bool HasOnly(JsonElement value, string path, params ReadOnlySpan<string> fields)
    {
        if (value.ValueKind is not JsonValueKind.Object)
        {
            return IsWrong(value, path, "a message");
        }

        foreach (var property in value.EnumerateObject())
        {
            if (!fields.Contains(Camel(property.Name)))
            {
                return Fail(path, $"Invalid JSON payload received. Unknown name \"{property.Name}\"{(path is "" ? "" : $" at '{path}'")}: Cannot find field.");
            }
        }

        return true;
    }

    /// <summary>A field by its name in camel case; null counts as absent.</summary>
    public static bool TryGet(JsonElement value, string field, out JsonElement found)
    {
        found = default;
        foreach (var property in value.EnumerateObject())
        {
            if (Camel(property.Name) == field)
            {
                found = property.Value;
            }
        }

        return found.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);
    }

    /// <summary>The entries of a repeated field.</summary>
    public static IEnumerable<JsonElement> Each(JsonElement value) =>
        value.ValueKind is JsonValueKind.Array ? value.EnumerateArray() : [value];

    /// <summary>A text, or an absent one.</summary>
    public bool MayBeText(JsonElement parent, string field, string path, out string? text)
    {
        text = null;
        if (!TryGet(parent, field, out var value))
        {
            return true;
        }

        if (value.ValueKind is not JsonValueKind.String)
        {
            return IsWrong(value, Under(path, field), "TYPE_STRING");
        }

        text = value.GetString();
        return true;
    }

    public bool MayBeFlag(JsonElement parent, string field, string path, out bool flag)
    {
        flag = false;
        if (!TryGet(parent, field, out var value))
        {
            return true;
        }

        flag = value.ValueKind is JsonValueKind.True;
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False || IsWrong(value, Under(path, field), "TYPE_BOOL");
    }

    public bool MayBeInteger(JsonElement parent, string field, string path, out int? number)
    {
        number = null;
        if (!TryGet(parent, field, out var value))
        {
            return true;
        }

        if (TryNumber(value, out var wide) && wide == Math.Truncate(wide) && Math.Abs(wide) <= int.MaxValue)
        {
            number = (int)wide;
            return true;
        }

        return IsWrong(value, Under(path, field), "TYPE_INT32");
    }

    public bool MayBeNumber(JsonElement parent, string field, string path, double from, double to)
    {
        if (!TryGet(parent, field, out var value))
        {
            return true;
        }

        return !TryNumber(value, out var number) ? IsWrong(value, Under(path, field), "TYPE_FLOAT")
            : (number >= from && number <= to) || Fail($"* GenerateContentRequest.{Under(path, field)}: must be in the range [{from}, {to}].");
    }

    public bool MayBeOneOf(JsonElement parent, string field, string path, out string? text, params ReadOnlySpan<string> allowed)
    {
        if (!MayBeText(parent, field, path, out text))
        {
            return false;
        }

        return text is null || allowed.Contains(text)
            || Fail(Under(path, field), $"Invalid value at '{Under(path, field)}' (an enum), \"{text}\"");
    }

    /// <summary>The path of a field, in snake case as Google writes it.</summary>
    public static string Under(string path, string field)
    {
        var name = JsonNamingPolicy.SnakeCaseLower.ConvertName(field);
        return path is "" ? name : $"{path}.{name}";
    }

    private static bool TryNumber(JsonElement value, out double number)
    {
        number = 0;
        return value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetDouble(out number),
            JsonValueKind.String => double.TryParse(value.GetString(), System.Globalization.CultureInfo.InvariantCulture, out number),
            _ => false,
        };
    }

    private static string Camel(string name)
    {
        if (!name.Contains('_', StringComparison.Ordinal))
        {
            return name;
        }

        var camel = new StringBuilder(name.Length);
        foreach (var word in name.Split('_', StringSplitOptions.RemoveEmptyEntries))
        {
            camel.Append(camel.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]);
        }

        return camel.ToString();
    }
}
