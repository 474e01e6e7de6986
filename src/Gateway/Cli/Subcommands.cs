using System.Diagnostics.CodeAnalysis;

namespace Gateway.Cli;

/// <summary>The subcommands of the one executable. Without one it is the gateway.</summary>
internal static class Subcommands
{
    /// <summary>The subcommand that the arguments begin with.</summary>
    public static bool TryFind(string[] args, [NotNullWhen(true)] out Func<Task<int>>? subcommand)
    {
        subcommand = args switch
        {
            ["quote", .. var rest] => () => QuoteCommand.RunAsync(rest, Console.Out, Console.Error, CancellationToken.None),
            ["ledger", "verify", .. var rest] => () => LedgerVerifyCommand.RunAsync(rest, Console.Out, Console.Error, CancellationToken.None),
            ["ledger", ..] => LedgerAsync,
            ["help" or "--help" or "-h", ..] => HelpAsync,
            _ => null,
        };
        return subcommand is not null;
    }

    private static async Task<int> HelpAsync()
    {
        await Console.Out.WriteLineAsync(
            $"""
            gateway                       serves; settings come from appsettings.json and the environment (see docs/configuration.md)
            {QuoteArguments.Usage}
            {LedgerVerifyArguments.Usage}
            """);
        return 0;
    }

    // Never the gateway: whoever mistypes a check must not start a server.
    private static async Task<int> LedgerAsync()
    {
        await Console.Error.WriteLineAsync(LedgerVerifyArguments.Usage);
        return 2;
    }
}
