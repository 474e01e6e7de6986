using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Gateway.Core.Errors;
using Gateway.Ledger;
using Gateway.Storage;
using Microsoft.Extensions.Options;

namespace Gateway.Cli;

/// <summary>The commands that work on the configured store, and how each is run. Exit code 0 = done, 1 = refused, 2 = cannot run.</summary>
internal static class StoreCommands
{
    private const int Refused = 1;
    private const int CannotRun = 2;

    public static readonly IReadOnlyList<CliCommand> All = [.. TenantCommands.All, .. KeyCommands.All, .. MoneyCommands.All, .. RecordCommands.All];

    /// <summary>The command that the arguments begin with, and what is left of them.</summary>
    public static bool TryFind(string[] args, [NotNullWhen(true)] out CliCommand? command, out string[] rest)
    {
        command = args is [var noun, var verb, ..] ? All.FirstOrDefault(known => known.Name == $"{noun} {verb}") : null;
        rest = command is null ? args : args[2..];
        if (command is null && args is [var alone, ..] && All.FirstOrDefault(known => known.Name == alone) is { } single)
        {
            (command, rest) = (single, args[1..]);
        }

        return command is not null;
    }

    public static async Task<int> RunAsync(CliCommand command, string[] args, TextWriter output, TextWriter errors, CancellationToken ct)
    {
        if (args is ["-h", ..] || args.Contains("--help", StringComparer.Ordinal))
        {
            await output.WriteLineAsync($"{command.Help}");
            return 0;
        }

        if (!CliArguments.TryRead(args, command, out var arguments, out var mistake))
        {
            await errors.WriteLineAsync($"{mistake}{Environment.NewLine}{command.Usage}");
            return CannotRun;
        }

        try
        {
            await using var store = await CliStore.OpenAsync(CliSettings.Read(), ct);
            if (await (command.WriteAsync is { } write ? write(store, arguments, output, ct) : PrintAsync(command, store, arguments, output, ct)) is { } error)
            {
                await errors.WriteLineAsync(error.Message);
                return Refused;
            }

            return 0;
        }
        catch (OptionsValidationException exception)
        {
            await errors.WriteLineAsync(string.Join(Environment.NewLine, exception.Failures));
        }
        catch (Exception exception) when (exception is StorageUnavailableException or InvalidDataException)
        {
            await errors.WriteLineAsync(exception.Message);
        }
        catch (Exception exception) when (exception is DbException or TimeoutException or LedgerUnavailableException)
        {
            await errors.WriteLineAsync($"The database failed: {exception.Message}");
        }

        return CannotRun;
    }

    private static async Task<GatewayError?> PrintAsync(CliCommand command, CliStore store, CliArguments arguments, TextWriter output, CancellationToken ct)
    {
        // A command has the one or the other.
        if (!(await command.RunAsync!(store, arguments, ct)).TryGet(out var result, out var error))
        {
            return error;
        }

        await CliOutput.WriteAsync(output, result, arguments.Json);
        return null;
    }
}
