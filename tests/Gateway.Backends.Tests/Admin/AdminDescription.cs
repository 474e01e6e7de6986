using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Gateway.Backends.Tests.Admin;

/// <summary>The OpenAPI document as tests read it: its operations, and whether a value fits a schema, in the part of JSON Schema that the document uses.</summary>
internal sealed class AdminDescription(string text)
{
    private static readonly string[] Methods = ["get", "post", "put", "patch", "delete"];

    public JsonObject Root { get; } = JsonNode.Parse(text)!.AsObject();

    public string Text => text;

    /// <summary><c>POST /admin/v1/tenants</c> and what is said of it.</summary>
    public IEnumerable<(string Name, string Method, string Path, JsonObject Said)> Operations =>
        from path in Root["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        where Methods.Contains(operation.Key, StringComparer.Ordinal)
        select ($"{operation.Key.ToUpperInvariant()} {path.Key}", operation.Key.ToUpperInvariant(), path.Key, operation.Value!.AsObject());

    public static JsonObject? BodyOf(JsonObject operation) => operation["requestBody"]?["content"]!["application/json"]!.AsObject();

    public JsonObject Resolve(JsonNode schema)
    {
        var found = schema;
        while ((string?)found["$ref"] is { } reference)
        {
            found = Root;
            foreach (var part in reference.Split('/').Skip(1))
            {
                found = found[part] ?? throw new InvalidOperationException($"{reference} leads nowhere.");
            }
        }

        return found.AsObject();
    }

    /// <summary>What is wrong with an answer; empty where it is as described.</summary>
    public IEnumerable<string> Wrongs(JsonObject operation, int status, string body)
    {
        if (operation["responses"]![status.ToString(CultureInfo.InvariantCulture)] is not { } response)
        {
            return [$"status {status} is not described"];
        }

        return response["content"]?["application/json"]?["schema"] is { } schema ? Wrongs(schema, JsonNode.Parse(body), "$") : [$"status {status} has no schema"];
    }

    public IEnumerable<string> Wrongs(JsonNode schema, JsonNode? value, string at)
    {
        var rules = Resolve(schema);
        foreach (var rule in rules)
        {
            var wrongs = rule.Key switch
            {
                "type" => rule.Value is JsonArray types ? Check(types.Any(type => Is(type!, value))) : Check(Is(rule.Value!, value)),
                "enum" => Check(rule.Value!.AsArray().Any(allowed => JsonNode.DeepEquals(allowed, value))),
                "oneOf" => Check(rule.Value!.AsArray().Count(one => !Wrongs(one!, value, at).Any()) == 1),
                "required" => value is JsonObject fields ? rule.Value!.AsArray().Where(name => !fields.ContainsKey((string)name!)).Select(name => $"{at} lacks {name}") : [],
                "properties" => value is JsonObject fields ? fields.SelectMany(field => OfField(rules, field.Key, field.Value, at)) : [],
                "additionalProperties" => value is JsonObject fields && !rules.ContainsKey("properties") ? fields.SelectMany(field => Wrongs(rule.Value!, field.Value, $"{at}.{field.Key}")) : [],
                "items" => value is JsonArray items ? items.SelectMany((item, i) => Wrongs(rule.Value!, item, $"{at}[{i}]")) : [],
                "minimum" => Check(value is null || decimal.Parse(value.ToJsonString(), CultureInfo.InvariantCulture) >= (decimal)rule.Value!),
                "maximum" => Check(value is null || decimal.Parse(value.ToJsonString(), CultureInfo.InvariantCulture) <= (decimal)rule.Value!),
                "minLength" => Check(value is null || ((string)value!).Length >= (int)rule.Value!),
                "maxLength" => Check(value is null || ((string)value!).Length <= (int)rule.Value!),
                "minItems" => Check(value is null || value.AsArray().Count >= (int)rule.Value!),
                "maxItems" => Check(value is null || value.AsArray().Count <= (int)rule.Value!),
                "minProperties" => Check(value is null || value.AsObject().Count >= (int)rule.Value!),
                "pattern" => Check(value is null || Regex.IsMatch((string)value!, (string)rule.Value!, RegexOptions.ECMAScript, TimeSpan.FromSeconds(10))),
                "format" => Check(value is null || (string)rule.Value! switch
                {
                    "date-time" => DateTimeOffset.TryParse((string)value!, CultureInfo.InvariantCulture, out _),
                    "date" => DateOnly.TryParseExact((string)value!, "yyyy-MM-dd", out _),
                    "int32" => value.AsValue().TryGetValue<int>(out _),
                    "int64" => value.AsValue().TryGetValue<long>(out _),
                    "double" => value.AsValue().TryGetValue<double>(out _),
                    _ => false,
                }),
                "description" or "default" => [],
                _ => [$"{at}: the test knows no rule '{rule.Key}'"],
            };
            foreach (var wrong in wrongs)
            {
                yield return wrong;
            }

            IEnumerable<string> Check(bool holds) => holds ? [] : [$"{at} is {value?.ToJsonString() ?? "null"}, against {rule.Key} {rule.Value?.ToJsonString()}"];
        }
    }

    private IEnumerable<string> OfField(JsonObject rules, string name, JsonNode? value, string at) =>
        rules["properties"]![name] is { } schema ? Wrongs(schema, value, $"{at}.{name}") : [$"{at}.{name} is not described"];

    private static bool Is(JsonNode type, JsonNode? value) => (string)type! switch
    {
        "null" => value is null,
        "object" => value is JsonObject,
        "array" => value is JsonArray,
        "string" => value?.GetValueKind() == JsonValueKind.String,
        "boolean" => value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
        "number" => value?.GetValueKind() == JsonValueKind.Number,
        "integer" => value?.GetValueKind() == JsonValueKind.Number && !value.ToJsonString().AsSpan().ContainsAny(".eE"),
        _ => false,
    };
}
