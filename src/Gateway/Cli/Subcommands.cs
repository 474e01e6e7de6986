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
            ["quote", "--help" or "-h", ..] => () => SayAsync(QuoteArguments.Usage),
            ["ledger", "verify", "--help" or "-h", ..] => () => SayAsync(LedgerVerifyArguments.Usage),
            ["catalog", "check", "--help" or "-h", ..] => () => SayAsync(CatalogCheckCommand.Usage),
            ["health", "--help" or "-h", ..] => () => SayAsync(HealthCommand.Usage),
            ["health", .. var rest] => () => HealthCommand.RunAsync(rest, Console.Out, Console.Error, CancellationToken.None),
            ["quote", .. var rest] => () => QuoteCommand.RunAsync(rest, Console.Out, Console.Error, CancellationToken.None),
            ["ledger", "verify", .. var rest] => () => LedgerVerifyCommand.RunAsync(rest, Console.Out, Console.Error, CancellationToken.None),
            ["catalog", "check", .. var rest] => () => CatalogCheckCommand.RunAsync(rest, Console.Out, Console.Error, CancellationToken.None),
            ["help" or "--help" or "-h", ..] => HelpAsync,
            [var noun, ..] when Nouns.Contains(noun, StringComparer.Ordinal) => StoreCommands.TryFind(args, out var command, out var rest)
                ? () => StoreCommands.RunAsync(command, rest, Console.Out, Console.Error, CancellationToken.None)
                : args is [_, "--help" or "-h", ..] ? () => HelpAsync(noun) : () => MistakeAsync(noun),
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
            {HealthCommand.Usage}
            {QuoteArguments.Usage}
            {CatalogCheckCommand.Usage}
            {LedgerVerifyArguments.Usage}

            The commands below change or read the database that the settings name, whether a gateway runs on it or not. TENANT and ID are ids, as the lists
            show them (ten_..., key_...). TIME is 2026-01-31T12:00:00Z or 2026-01-31, in UTC. --json prints what the admin API would answer.
            {CliCommand.ExitCodes} 'gateway keys create --help' tells what each option of a command means. More: docs/admin.md.

            """);
        return await HelpAsync(static _ => true);
    }

    private static async Task<int> HelpAsync(string noun)
    {
        foreach (var usage in Usages(noun).Where(static usage => StoreCommands.All.All(command => command.Usage != usage)))
        {
            await Console.Out.WriteLineAsync(usage);
        }

        return await HelpAsync(command => command.Name.Split(' ')[0] == noun);
    }

    private static async Task<int> HelpAsync(Func<CliCommand, bool> isAsked)
    {
        foreach (var command in StoreCommands.All.Where(isAsked))
        {
            await Console.Out.WriteLineAsync($"{command.Usage}{Environment.NewLine}    {command.Does}");
        }

        return 0;
    }

    private static async Task<int> SayAsync(string usage)
    {
        await Console.Out.WriteLineAsync(usage);
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
