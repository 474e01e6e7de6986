using Microsoft.Extensions.Options;
using Npgsql;

namespace Gateway.Storage;

/// <summary>By hand, since a message here must name the key as the operator writes it, and never show a password.</summary>
internal sealed class StorageOptionsValidator : IValidateOptions<StorageOptions>
{
    public ValidateOptionsResult Validate(string? name, StorageOptions options)
    {
        // PostgreSQL holds no rows there, but the ledger's spool is there all the same.
        return string.IsNullOrWhiteSpace(options.DataDirectory)
            ? ValidateOptionsResult.Fail($"{StorageOptions.DataDirectoryKey} is '{options.DataDirectory}', which is no directory. Set it to a writable directory, such as './data'.")
            : options.Postgres is { } text ? CheckConnectionString(text) : ValidateOptionsResult.Success;
    }

    private static ValidateOptionsResult CheckConnectionString(string text)
    {
        const string Example = "Set it like 'Host=db.example;Username=gateway;Password=...;Database=gateway', or remove it to use SQLite.";
        try
        {
            return string.IsNullOrWhiteSpace(new NpgsqlConnectionStringBuilder(text).Host)
                ? ValidateOptionsResult.Fail($"{StorageOptions.PostgresKey} is '{ConnectionText.Mask(text)}', which names no host. {Example}")
                : ValidateOptionsResult.Success;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            // What cannot be parsed cannot be masked either, so it is not shown.
            return ValidateOptionsResult.Fail($"{StorageOptions.PostgresKey} is set to a text of {text.Length} characters that is no PostgreSQL connection string. {Example}");
        }
    }
}
