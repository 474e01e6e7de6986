using System.Text.Json;
using System.Text.RegularExpressions;

namespace Gateway.Simulator.Anthropic;

/// <summary>Reads the tools of a request, and which of them must be called. Tools that the provider runs itself are refused.</summary>
internal sealed partial class ToolReader(Checks checks, MessageRequest request)
{
    /// <summary>Reads <c>tools</c> and <c>tool_choice</c>.</summary>
    /// <param name="root">The request.</param>
    /// <param name="cacheMarks">Grows by the blocks marked for the cache.</param>
    /// <param name="forced">A tool must be called.</param>
    public bool Read(JsonElement root, ref int cacheMarks, out bool forced)
    {
        forced = false;
        if (root.TryGetProperty("tools", out var tools))
        {
            if (!checks.IsArray(tools, "tools"))
            {
                return false;
            }

            request.Tools = [];
            foreach (var tool in tools.EnumerateArray())
            {
                if (!ReadTool(tool, $"tools.{request.Tools.Count}", ref cacheMarks))
                {
                    return false;
                }
            }
        }

        return !root.TryGetProperty("tool_choice", out var choice) || ReadChoice(choice, out forced);
    }

    private bool ReadTool(JsonElement tool, string path, ref int cacheMarks)
    {
        if (!checks.HasOnly(tool, path, "type", "name", "description", "input_schema", "cache_control", "strict", "input_examples", "defer_loading", "allowed_callers", "eager_input_streaming")
            || (tool.TryGetProperty("type", out var type)
                && type.ValueKind is not JsonValueKind.Null
                && !checks.IsOneOf(type, $"{path}.type", out _, "custom"))
            || !checks.Has(tool, path, "name", out var named)
            || !checks.IsText(named, $"{path}.name", out var name)
            || (!Name().IsMatch(name) && !checks.Fail($"{path}.custom.name", "String should match pattern '^[a-zA-Z0-9_-]{1,128}$'"))
            || (tool.TryGetProperty("description", out var description) && !checks.IsText(description, $"{path}.description", out _))
            || (tool.TryGetProperty("strict", out var strict) && !checks.IsFlag(strict, $"{path}.strict"))
            || !checks.Has(tool, path, "input_schema", out var schema)
            || !ReadSchema(schema, $"{path}.custom.input_schema")
            || !checks.MayCache(tool, path, ref cacheMarks))
        {
            return false;
        }

        var tools = request.Tools ??= [];
        if (tools.Contains(name))
        {
            return checks.Fail("tools", "Tool names must be unique.");
        }

        tools.Add(name);
        return true;
    }

    private bool ReadSchema(JsonElement schema, string path)
    {
        if (!checks.IsObject(schema, path)
            || !checks.Has(schema, path, "type", out var type)
            || !checks.IsOneOf(type, $"{path}.type", out _, "object"))
        {
            return false;
        }

        foreach (var name in (ReadOnlySpan<string>)["oneOf", "allOf", "anyOf"])
        {
            if (schema.TryGetProperty(name, out _))
            {
                return checks.Fail(path, $"does not support {name} at the top level");
            }
        }

        return true;
    }

    private bool ReadChoice(JsonElement choice, out bool forced)
    {
        const string path = "tool_choice";
        forced = false;
        if (!checks.HasOnly(choice, path, "type", "name", "disable_parallel_tool_use")
            || !checks.Has(choice, path, "type", out var type)
            || !checks.IsOneOf(type, $"{path}.type", out var kind, "auto", "any", "tool", "none"))
        {
            return false;
        }

        if (request.Tools is not { Count: > 0 })
        {
            return checks.Fail(path, "may only be specified while providing tools");
        }

        if (choice.TryGetProperty("disable_parallel_tool_use", out var alone))
        {
            if (kind is "none")
            {
                return checks.Fail($"{path}.none.disable_parallel_tool_use", "Extra inputs are not permitted");
            }

            if (!checks.IsFlag(alone, $"{path}.{kind}.disable_parallel_tool_use"))
            {
                return false;
            }

            request.OneCall = alone.ValueKind is JsonValueKind.True;
        }

        forced = kind is "any" or "tool";
        request.MustCall = kind is "any";
        request.MayNotCall = kind is "none";
        return ReadNamed(choice, kind);
    }

    private bool ReadNamed(JsonElement choice, string kind)
    {
        if (kind is not "tool")
        {
            return !choice.TryGetProperty("name", out _) || checks.Fail($"tool_choice.{kind}.name", "Extra inputs are not permitted");
        }

        if (!checks.Has(choice, "tool_choice.tool", "name", out var named) || !checks.IsText(named, "tool_choice.tool.name", out var name))
        {
            return false;
        }

        request.NamedTool = name;
        return request.Tools!.Contains(name) // There are tools: the caller has looked.
            || checks.Fail("tool_choice.tool.name", $"Tool '{name}' is not among the tools provided");
    }

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,128}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
