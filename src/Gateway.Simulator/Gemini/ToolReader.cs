using System.Text.Json;
using System.Text.RegularExpressions;

namespace Gateway.Simulator.Gemini;

/// <summary>Reads the functions of a request, and which of them must be called. Tools that the provider runs itself are let be.</summary>
internal sealed partial class ToolReader(Fields fields, GenerateRequest request)
{
    /// <summary>Reads <c>tools</c> and <c>toolConfig</c>.</summary>
    public bool Read(JsonElement root)
    {
        if (Fields.TryGet(root, "tools", out var tools))
        {
            var index = 0;
            foreach (var tool in Fields.Each(tools))
            {
                if (!ReadTool(tool, $"tools[{index++}]"))
                {
                    return false;
                }
            }
        }

        return !Fields.TryGet(root, "toolConfig", out var config) || ReadConfig(config);
    }

    private bool ReadTool(JsonElement tool, string path)
    {
        if (!fields.HasOnly(tool, path, "functionDeclarations", "googleSearch", "googleSearchRetrieval", "codeExecution", "urlContext", "googleMaps", "fileSearch", "computerUse"))
        {
            return false;
        }

        if (!Fields.TryGet(tool, "functionDeclarations", out var functions))
        {
            return true;
        }

        var index = 0;
        foreach (var function in Fields.Each(functions))
        {
            if (!ReadFunction(function, $"{path}.function_declarations[{index++}]"))
            {
                return false;
            }
        }

        return true;
    }

    private bool ReadFunction(JsonElement function, string path)
    {
        if (!fields.HasOnly(function, path, "name", "description", "parameters", "parametersJsonSchema", "response", "responseJsonSchema", "behavior")
            || !fields.MayBeText(function, "name", path, out var name)
            || !fields.MayBeText(function, "description", path, out _))
        {
            return false;
        }

        if (name is null || !Name().IsMatch(name))
        {
            return fields.Fail($"* GenerateContentRequest.{path}.name: Invalid function name. It begins with a letter or an underscore, has letters, digits, underscores, dots, colons or dashes, and at most 64 of them.");
        }

        var hasParameters = Fields.TryGet(function, "parameters", out var parameters);
        if (hasParameters && Fields.TryGet(function, "parametersJsonSchema", out _))
        {
            return fields.Fail($"* GenerateContentRequest.{path}: parameters and parameters_json_schema cannot both be set.");
        }

        if (hasParameters && !new SchemaReader(fields).Read(parameters, $"{path}.parameters"))
        {
            return false;
        }

        var tools = request.Tools ??= [];
        if (tools.Contains(name))
        {
            return fields.Fail($"Duplicate function declaration found: {name}");
        }

        tools.Add(name);
        return true;
    }

    private bool ReadConfig(JsonElement config)
    {
        const string path = "tool_config.function_calling_config";
        if (!fields.HasOnly(config, "tool_config", "functionCallingConfig", "retrievalConfig"))
        {
            return false;
        }

        if (!Fields.TryGet(config, "functionCallingConfig", out var calling))
        {
            return true;
        }

        if (!fields.HasOnly(calling, path, "mode", "allowedFunctionNames")
            || !fields.MayBeOneOf(calling, "mode", path, out var mode, "MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED"))
        {
            return false;
        }

        if (mode is "ANY" or "VALIDATED" && request.Tools is not { Count: > 0 })
        {
            return fields.Fail("Function calling config is set without function_declarations.");
        }

        request.MustCall = mode is "ANY";
        request.MayNotCall = mode is "NONE";
        return !Fields.TryGet(calling, "allowedFunctionNames", out var allowed) || ReadAllowed(allowed, mode, path);
    }

    private bool ReadAllowed(JsonElement allowed, string? mode, string path)
    {
        if (mode is not ("ANY" or "VALIDATED"))
        {
            return fields.Fail("allowed_function_names may be set only where the function calling mode is ANY or VALIDATED.");
        }

        var names = new List<string>();
        foreach (var name in Fields.Each(allowed))
        {
            if (name.ValueKind is not JsonValueKind.String)
            {
                return fields.IsWrong(name, $"{path}.allowed_function_names[{names.Count}]", "TYPE_STRING");
            }

            names.Add(name.GetString() ?? "");
            if (!request.Tools!.Contains(names[^1])) // There are tools: the caller has looked.
            {
                return fields.Fail($"* GenerateContentRequest.{path}.allowed_function_names[{names.Count - 1}]: there is no such function.");
            }
        }

        request.Tools = names;
        return true;
    }

    [GeneratedRegex(@"^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
