using System.Diagnostics.CodeAnalysis;

namespace Gateway.Cli;

/// <summary>The subcommands of the one executable. Without one it is the gateway.</summary>
internal static class Subcommands
{
    // Never the gateway: whoever mistypes one of these must not start a server.
    private static readonly string[] Nouns = ["tenants", "keys", "credits", "ledger", "usage", "audit", "catalog"];

    /// <summary>The subcommand that the arguments begin with.</summary>
    public static bool TryFind(string[] args, [NotNullWhen(true)] out Func<Task<int>>? subcommand)
    {
        subcommand = args switch
        {
            ["quote", .. var rest] => () => QuoteCommand.RunAsync(rest, Console.Out, Console.Error, CancellationToken.None),
            ["ledger", "verify", .. var rest] => () => LedgerVerifyCommand.RunAsync(rest, Console.Out, Console.Error, CancellationToken.None),
            ["catalog", "check", .. var rest] => () => CatalogCheckCommand.RunAsync(rest, Console.Out, Console.Error, CancellationToken.None),
            ["help" or "--help" or "-h", ..] => HelpAsync,
            [var noun, ..] when Nouns.Contains(noun, StringComparer.Ordinal) => StoreCommands.TryFind(args, out var command, out var rest)
                ? () => StoreCommands.RunAsync(command, rest, Console.Out, Console.Error, CancellationToken.None)
                : () => MistakeAsync(noun),
            _ => null,
        };
        return subcommand is not null;
    }

    private static IEnumerable<string> Usages(string noun) =>
        StoreCommands.All.Select(command => command.Usage).Append(LedgerVerifyArguments.Usage).Append(CatalogCheckCommand.Usage)
            .Where(usage => usage.StartsWith($"gateway {noun}", StringComparison.Ordinal));

    private static async Task<int> HelpAsync()
    {
        await Console.Out.WriteLineAsync(
            $"""
            gateway                       serves; settings come from appsettings.json and the environment (see docs/configuration.md)
            {QuoteArguments.Usage}
            {CatalogCheckCommand.Usage}
            {LedgerVerifyArguments.Usage}

            On the configured store, beside gateways that run on it or without any; --json prints what the admin API would answer:

            """);
        foreach (var command in StoreCommands.All)
        {
            await Console.Out.WriteLineAsync($"{command.Usage}{Environment.NewLine}    {command.Does}");
        }

        return 0;
    }

    private static async Task<int> MistakeAsync(string noun)
    {
        foreach (var usage in Usages(noun))
        {
            await Console.Error.WriteLineAsync(usage);
        }

        return 2;
    }
}
