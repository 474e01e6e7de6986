using System.Data.Common;
using Gateway.Funds;
using Gateway.Ledger;
using Gateway.Ledger.Spooling;
using Gateway.Storage;
using Microsoft.Extensions.Options;

namespace Gateway.Cli;

/// <summary>
/// <c>gateway ledger verify</c>: the books against themselves. Reads only, from the database of the gateway's own settings, whether that gateway runs or not.
/// </summary>
internal static class LedgerVerifyCommand
{
    private const int Differs = 1;
    private const int CannotRun = 2;
    private const int Incomplete = 3;

    /// <summary>With the settings of the working directory and the environment, as the gateway has them.</summary>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors, CancellationToken ct)
    {
        IConfiguration settings;
        try
        {
            settings = CliSettings.Read();
        }
        catch (InvalidDataException exception)
        {
            await errors.WriteLineAsync($"{exception.Message} {exception.InnerException?.Message} Correct that file.");
            return CannotRun;
        }

        return await RunAsync(args, settings, output, errors, ct);
    }

    public static async Task<int> RunAsync(string[] args, IConfiguration settings, TextWriter output, TextWriter errors, CancellationToken ct)
    {
        if (!LedgerVerifyArguments.TryRead(args, out var arguments, out var mistake))
        {
            await errors.WriteLineAsync($"{mistake}{Environment.NewLine}{LedgerVerifyArguments.Usage}");
            return CannotRun;
        }

        try
        {
            await using var services = new ServiceCollection().AddLogging().AddStorage(settings).BuildServiceProvider();
            var storage = services.GetRequiredService<IOptions<StorageOptions>>().Value;
            await using var database = StorageRegistration.OpenToRead(storage, TimeProvider.System);
            var code = await VerifyAsync(database, arguments, output, errors, ct);
            return code == CannotRun || await IsCompleteAsync(storage, output) ? code : code == Differs ? Differs : Incomplete;
        }
        catch (OptionsValidationException exception)
        {
            await errors.WriteLineAsync(string.Join(Environment.NewLine, exception.Failures));
        }
        catch (StorageUnavailableException exception)
        {
            await errors.WriteLineAsync(exception.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync($"{StorageOptions.DataDirectoryKey}: the spool cannot be read: {exception.Message} Run this as the user that the gateway runs as.");
        }

        return CannotRun;
    }

    /// <summary>Whether this node's spool holds nothing that the database lacks; says what it does hold.</summary>
    private static async Task<bool> IsCompleteAsync(StorageOptions storage, TextWriter output)
    {
        var spool = SpoolReport.Of(storage.SpoolDirectory);
        if (!spool.IsEmpty)
        {
            await output.WriteLineAsync(
                $"{storage.SpoolDirectory}: {spool.Waiting} rows wait for the database, {spool.Refused} were refused by it, {spool.Damaged} damaged files. They are not among those above.");
        }

        return spool.IsEmpty;
    }

    private static async Task<int> VerifyAsync(Database database, LedgerVerifyArguments arguments, TextWriter output, TextWriter errors, CancellationToken ct)
    {
        var (tenant, from, to) = arguments;
        try
        {
            var rows = new LedgerAudit(database);
            if (await rows.WhyNotAsync(ct) is { } reason)
            {
                await errors.WriteLineAsync(reason);
                return CannotRun;
            }

            var amounts = await WriteAsync(rows.AmountsAsync(tenant, from, to, ct), output);
            var usage = new UsageAudit(database);
            var sums = await WriteAsync(usage.SumsAsync(tenant, from, to, ct), output);
            var days = await usage.CountAsync(tenant, from, to, ct);
            var funds = new FundsAudit(database);
            var accounts = await WriteAsync(funds.DifferencesAsync(ct), output);
            var count = await funds.CountAsync(ct);
            await output.WriteLineAsync($"{rows.Rows} rows: {Describe(amounts)}. {days} daily sums: {Describe(sums)}. {count} accounts: {Describe(accounts)}.");
            return amounts + sums + accounts == 0 ? 0 : Differs;
        }
        catch (Exception exception) when (exception is DbException or TimeoutException)
        {
            throw database.Dialect.Unavailable(exception);
        }
    }

    private static async Task<long> WriteAsync<T>(IAsyncEnumerable<T> differences, TextWriter output)
        where T : notnull
    {
        var count = 0L;
        await foreach (var difference in differences)
        {
            count++;
            await output.WriteLineAsync(difference.ToString());
        }

        return count;
    }

    private static string Describe(long differences) => differences switch
    {
        0 => "no difference",
        1 => "1 difference",
        _ => $"{differences} differences",
    };
}
