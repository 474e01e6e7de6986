using System.Diagnostics.CodeAnalysis;
using Gateway.Simulator.Behaviors;

namespace Gateway.Simulator;

/// <summary>The arguments of the standalone process.</summary>
internal static class CommandLine
{
    private const string Usage =
        """
        Usage: Gateway.Simulator [--urls http://127.0.0.1:9000] [--api-key KEY] [--behavior "first_byte=50ms;pace=10ms;tokens=200"] [--no-record]
        """;

    public static bool TryParse(
        ReadOnlySpan<string> args,
        [NotNullWhen(true)] out SimulatorOptions? options,
        [NotNullWhen(false)] out string? complaint)
    {
        options = null;
        var parsed = new SimulatorOptions { Url = new Uri("http://127.0.0.1:9000") };
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] is "--no-record")
            {
                parsed = parsed with { Record = false };
                continue;
            }

            var name = args[i];
            var value = ++i < args.Length ? args[i] : null;
            complaint = null;
            switch (name)
            {
                case "--urls" when Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme is "http":
                    parsed = parsed with { Url = url };
                    break;
                case "--api-key" when value is { Length: > 0 }:
                    parsed = parsed with { ApiKey = value };
                    break;
                case "--behavior" when value is not null && Behavior.TryParse(value, out var behavior, out complaint):
                    parsed = parsed with { Default = behavior };
                    break;
                default:
                    complaint = $"{complaint ?? $"Cannot use '{name}' with the value '{value}'."}{Environment.NewLine}{Usage}";
                    return false;
            }
        }

        options = parsed;
        complaint = null;
        return true;
    }
}
