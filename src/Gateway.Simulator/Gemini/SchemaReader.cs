using System.Text.Json;

namespace Gateway.Simulator.Gemini;

/// <summary>
/// Checks a schema in Google's own subset: single types by name, the fields that it knows and no others of JSON schema, such as
/// <c>additionalProperties</c>, <c>$schema</c> or <c>$ref</c>.
/// </summary>
internal sealed class SchemaReader(Fields fields)
{
    public bool Read(JsonElement schema, string path)
    {
        if (!fields.HasOnly(
                schema,
                path,
                "type", "format", "title", "description", "nullable", "enum", "items", "maxItems", "minItems", "properties", "required",
                "minProperties", "maxProperties", "minimum", "maximum", "minLength", "maxLength", "pattern", "example", "anyOf",
                "propertyOrdering", "default")
            || !ReadType(schema, path, out var type)
            || !fields.MayBeText(schema, "format", path, out var format)
            || !fields.MayBeText(schema, "description", path, out _)
            || !fields.MayBeFlag(schema, "nullable", path, out _)
            || !ReadEnum(schema, path, type))
        {
            return false;
        }

        if (type is "STRING" && format is not (null or "" or "enum" or "date-time"))
        {
            return fields.Fail($"* GenerateContentRequest.{path}.format: only 'enum' and 'date-time' are supported for STRING type");
        }

        return ReadProperties(schema, path, type) && ReadItems(schema, path, type) && ReadAlternatives(schema, path);
    }

    private bool ReadType(JsonElement schema, string path, out string? type)
    {
        type = null;
        if (Fields.TryGet(schema, "type", out var value) && value.ValueKind is JsonValueKind.Array)
        {
            return fields.Fail($"{path}.type", $"Invalid JSON payload received. Unknown name \"type\" at '{path}': Proto field is not repeating, cannot start list.");
        }

        if (!fields.MayBeText(schema, "type", path, out var name))
        {
            return false;
        }

        type = name?.ToUpperInvariant();
        return type is null or "TYPE_UNSPECIFIED" or "STRING" or "NUMBER" or "INTEGER" or "BOOLEAN" or "ARRAY" or "OBJECT" or "NULL"
            || fields.IsWrong(value, $"{path}.type", "an enum");
    }

    private bool ReadEnum(JsonElement schema, string path, string? type)
    {
        if (!Fields.TryGet(schema, "enum", out var values))
        {
            return true;
        }

        var index = 0;
        foreach (var value in Fields.Each(values))
        {
            if (value.ValueKind is not JsonValueKind.String)
            {
                return fields.IsWrong(value, $"{path}.enum[{index}]", "TYPE_STRING");
            }

            index++;
        }

        return type is "STRING" || fields.Fail($"* GenerateContentRequest.{path}.enum: only allowed for STRING type");
    }

    private bool ReadProperties(JsonElement schema, string path, string? type)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (Fields.TryGet(schema, "properties", out var properties))
        {
            if (properties.ValueKind is not JsonValueKind.Object)
            {
                return fields.IsWrong(properties, $"{path}.properties", "a map");
            }

            foreach (var property in properties.EnumerateObject())
            {
                names.Add(property.Name);
                if (!Read(property.Value, $"{path}.properties[{names.Count - 1}].value"))
                {
                    return false;
                }
            }
        }

        if (type is "OBJECT" && names.Count == 0)
        {
            return fields.Fail($"* GenerateContentRequest.{path}.properties: should be non-empty for OBJECT type");
        }

        return ReadRequired(schema, path, names);
    }

    private bool ReadRequired(JsonElement schema, string path, HashSet<string> names)
    {
        if (!Fields.TryGet(schema, "required", out var required))
        {
            return true;
        }

        var index = 0;
        foreach (var name in Fields.Each(required))
        {
            if (name.ValueKind is not JsonValueKind.String)
            {
                return fields.IsWrong(name, $"{path}.required[{index}]", "TYPE_STRING");
            }

            if (!names.Contains(name.GetString() ?? ""))
            {
                return fields.Fail($"* GenerateContentRequest.{path}.required[{index}]: property is not defined");
            }

            index++;
        }

        return true;
    }

    private bool ReadItems(JsonElement schema, string path, string? type) =>
        Fields.TryGet(schema, "items", out var items) ? Read(items, $"{path}.items")
        : type is not "ARRAY" || fields.Fail($"* GenerateContentRequest.{path}.items: missing field.");

    private bool ReadAlternatives(JsonElement schema, string path)
    {
        if (Fields.TryGet(schema, "anyOf", out var alternatives))
        {
            var index = 0;
            foreach (var alternative in Fields.Each(alternatives))
            {
                if (!Read(alternative, $"{path}.any_of[{index++}]"))
                {
                    return false;
                }
            }
        }

        return true;
    }
}
