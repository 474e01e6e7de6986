using System.Diagnostics.CodeAnalysis;
using Gateway.Admin;
using Microsoft.Extensions.Primitives;

namespace Gateway.Cli;

/// <summary>What was typed behind a command's name: its operands in order, and options, each with its value.</summary>
internal sealed class CliArguments
{
    public const string JsonFlag = "--json";

    private readonly Dictionary<string, string> _options = new(StringComparer.Ordinal);

    private CliArguments(IReadOnlyList<string> operands) => Operands = operands;

    public IReadOnlyList<string> Operands { get; }

    /// <summary>Whether a script reads what is printed.</summary>
    public bool Json { get; private set; }

    /// <summary>Options without their dashes, as fields are called: <c>monthly_budget</c>.</summary>
    public IReadOnlyDictionary<string, string> Options => _options;

    /// <summary>The options as the parameters of an admin API's list, to be checked by the same rules.</summary>
    public QueryFields ToQuery() => new(new QueryCollection(_options.ToDictionary(option => option.Key, option => new StringValues(option.Value))));

    public static bool TryRead(
        ReadOnlySpan<string> args, CliCommand command, [NotNullWhen(true)] out CliArguments? arguments, [NotNullWhen(false)] out string? mistake)
    {
        var operands = new List<string>();
        arguments = new CliArguments(operands);
        mistake = null;
        for (var i = 0; i < args.Length && mistake is null; i++)
        {
            if (args[i] == JsonFlag && command.HasJson)
            {
                arguments.Json = true;
            }
            else if (!args[i].StartsWith("--", StringComparison.Ordinal))
            {
                operands.Add(args[i]);
            }
            else if (!command.Options.Contains(args[i], StringComparer.Ordinal))
            {
                mistake = $"'{args[i]}' is not known here.";
            }
            else if (i + 1 == args.Length)
            {
                mistake = $"{args[i]} lacks its value.";
            }
            else if (!arguments._options.TryAdd(args[i][2..].Replace('-', '_'), args[++i]))
            {
                mistake = $"{args[i - 1]} is given twice.";
            }
        }

        mistake ??= operands.Count < command.Operands.Count ? $"{command.Operands[operands.Count]} is missing."
            : operands.Count > command.Operands.Count ? $"'{operands[command.Operands.Count]}' is one too many."
            : null;
        arguments = mistake is null ? arguments : null;
        return mistake is null;
    }
}
