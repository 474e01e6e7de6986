using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Gateway.Catalog.Document;
using Gateway.Core.Images;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Catalog;

/// <summary>The shipped schema and the reader know the same properties, of the same kinds.</summary>
public sealed class CatalogSchemaTests
{
    private static readonly JsonObject Schema =
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "catalog.schema.json")))!.AsObject();

    [Fact]
    public void Schema_and_reader_agree_in_both_directions()
    {
        var visited = new HashSet<string>();

        Compare(Schema, typeof(CatalogDocument), "$", visited);

        // Each type of the format was reached, so that nothing agrees by not being looked at.
        Schema["$defs"]!.AsObject().Select(definition => definition.Key).Except(visited).ShouldBe([]);
    }

    [Fact]
    public void Schema_lists_every_named_formula() =>
        Schema["$defs"]!["image_tokens"]!["oneOf"]![0]!["enum"]!.AsArray().Select(name => name!.GetValue<string>())
            .ShouldBe(ImageFormulas.Names);

    // What the schema lets an editor write, and what the reader takes.
    [Theory]
    [InlineData("1.62")]
    [InlineData("0.000001")]
    [InlineData("1.2345678")]
    [InlineData("1.")]
    [InlineData("-1")]
    public void Schema_and_reader_agree_on_multipliers(string multiplier)
    {
        var pattern = Schema["$defs"]!["patch"]!["properties"]!["multiplier"]!["pattern"]!.GetValue<string>();

        Regex.IsMatch(multiplier, pattern, RegexOptions.None, TimeSpan.FromSeconds(1)).ShouldBe(PatchMultiplier.TryParse(multiplier, out _));
    }

    private static void Compare(JsonObject node, Type declared, string path, HashSet<string> visited)
    {
        while (node["$ref"] is { } reference)
        {
            var name = reference.GetValue<string>()["#/$defs/".Length..];
            visited.Add(name);
            node = Schema["$defs"]![name]!.AsObject();
        }

        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (type == typeof(ImageTokensSection))
        {
            Compare(node["oneOf"]![1]!.AsObject(), typeof(ImageFormulaSection), path, visited);
            return;
        }

        if (type == typeof(string))
        {
            (node["type"]?.GetValue<string>() ?? (node["enum"] is null ? "nothing" : "string")).ShouldBe("string", path);
            return;
        }

        if (type == typeof(long) || type == typeof(bool))
        {
            node["type"]!.GetValue<string>().ShouldBe(type == typeof(bool) ? "boolean" : "integer", path);
            return;
        }

        var shape = CatalogJson.Default.Options.GetTypeInfo(type);
        if (shape.Kind == JsonTypeInfoKind.Enumerable)
        {
            node["type"]!.GetValue<string>().ShouldBe("array", path);
            Compare(node["items"]!.AsObject(), shape.ElementType!, path + "[]", visited);
            return;
        }

        node["type"]!.GetValue<string>().ShouldBe("object", path);
        if (shape.Kind == JsonTypeInfoKind.Dictionary)
        {
            if (shape.ElementType != typeof(JsonElement))
            {
                Compare(node["additionalProperties"]!.AsObject(), shape.ElementType!, path + ".*", visited);
            }

            return;
        }

        node["additionalProperties"]!.GetValue<bool>().ShouldBeFalse(path);
        node["properties"]!.AsObject().Select(property => property.Key)
            .ShouldBe(shape.Properties.Select(property => property.Name), ignoreOrder: true, customMessage: path);
        foreach (var property in shape.Properties)
        {
            Compare(node["properties"]![property.Name]!.AsObject(), property.PropertyType, $"{path}.{property.Name}", visited);
        }
    }
}
