using Gateway.Catalog.Reading;

namespace Gateway.Cli;

/// <summary><c>gateway catalog check</c>: what the gateway would say of a catalog file. Nothing is started, and no variable needs to be set.</summary>
internal static class CatalogCheckCommand
{
    public const string Usage = "gateway catalog check FILE   reads a catalog as the gateway would; exit code 1 where it would be refused";

    private const int Refused = 1;
    private const int CannotRun = 2;

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors, CancellationToken ct)
    {
        if (args is not [var file] || file.StartsWith('-'))
        {
            await errors.WriteLineAsync(Usage);
            return CannotRun;
        }

        byte[] bytes;
        try
        {
            bytes = await File.ReadAllBytesAsync(file, ct);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync(exception.Message);
            return CannotRun;
        }

        var reading = CatalogReader.Read(bytes, Environment.GetEnvironmentVariable, null);
        foreach (var problem in reading.Problems)
        {
            await errors.WriteLineAsync($"{file}: {problem}");
        }

        if (reading.Snapshot is not { } catalog)
        {
            return Refused;
        }

        var unavailable = catalog.UnservedProviders.Concat(
            catalog.Providers.Where(provider => provider.Value.Unavailable is not null).Select(provider => KeyValuePair.Create(provider.Key, provider.Value.Unavailable!)));
        foreach (var (name, reason) in unavailable.OrderBy(provider => provider.Key, StringComparer.Ordinal))
        {
            await output.WriteLineAsync($"{file}: provider '{name}' is not available here: {reason}");
        }

        await output.WriteLineAsync($"{file}: {catalog.Models.Length} models, {catalog.Providers.Count + catalog.UnservedProviders.Count} providers, no problem");
        return 0;
    }
}
