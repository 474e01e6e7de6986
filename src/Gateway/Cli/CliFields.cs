using System.Text;
using System.Text.Json.Nodes;
using Gateway.Admin;
using Gateway.Core.Errors;

namespace Gateway.Cli;

/// <summary>Options as the fields of the admin API's bodies, so that both are checked by the same rules.</summary>
internal static class CliFields
{
    /// <summary>Clears a field that may be absent.</summary>
    private const string None = "none";

    // Of others the word is their text, or wrong: a grace of none is not the usual grace, nor an amount of none all the money.
    private static readonly string[] Clearable =
        ["tier", "mode", "disconnect", "limits", "monthly_budget", "role", "allowed_models", "allowed_ips", "expires_at"];

    private static readonly string[] Lists = ["allowed_models", "allowed_ips"];

    /// <param name="arguments">What was typed.</param>
    /// <param name="more">Fields that operands stand for.</param>
    public static Outcome<BodyFields> Of(CliArguments arguments, params ReadOnlySpan<(string Name, string Value)> more)
    {
        var fields = new JsonObject();
        foreach (var (name, value) in more)
        {
            fields[name] = value;
        }

        foreach (var (name, value) in arguments.Options)
        {
            if (value == None && Clearable.Contains(name, StringComparer.Ordinal))
            {
                fields[name] = null;
            }
            else if (Lists.Contains(name, StringComparer.Ordinal))
            {
                fields[name] = new JsonArray([.. value.Split(',', StringSplitOptions.TrimEntries).Select(entry => (JsonNode)JsonValue.Create(entry))]);
            }
            else if (name != "limits")
            {
                fields[name] = value;
            }
            else if (AdminBody.TryParse(Encoding.UTF8.GetBytes(value), out var limits))
            {
                fields[name] = limits;
            }
            else
            {
                return GatewayError.InvalidValue(name, "it must be JSON such as '{\"requests_per_minute\":300}', no name twice in an object.");
            }
        }

        return new BodyFields(fields);
    }
}
