using System.Data.Common;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Gateway.Storage;

internal static class StorageRegistration
{
    /// <summary>The tag of the checks that <c>/health/ready</c> runs.</summary>
    public const string Ready = "ready";

    /// <summary>The name of the database's check.</summary>
    public const string DatabaseCheck = "database";

    private const int MaxPreparedStatements = 64;

    public static IServiceCollection AddStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IValidateOptions<StorageOptions>, StorageOptionsValidator>();
        services.AddOptions<StorageOptions>()
            .Configure(options =>
            {
                options.DataDirectory = configuration[StorageOptions.DataDirectoryKey] ?? options.DataDirectory;
                options.Postgres = configuration[StorageOptions.PostgresKey] is { Length: > 0 } postgres ? postgres : null;
            })
            .ValidateOnStart();
        services.AddSingleton(provider => Open(provider.GetRequiredService<IOptions<StorageOptions>>().Value, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<Migrator>();
        services.AddSingleton<ChangeLog>();
        services.AddSingleton<AuditLog>();
        services.AddHostedService<StorageStartup>();
        services.AddHealthChecks().AddCheck<DatabaseHealth>(DatabaseCheck, tags: [Ready]);
        return services;
    }

    /// <summary>The database that the options name; SQLite's directory is made where it is missing.</summary>
    public static Database Open(StorageOptions options, TimeProvider time)
    {
        if (options.Postgres is { } postgres)
        {
            return new Database(NpgsqlDataSource.Create(WithOurDefaults(postgres)), new PostgresDialect(postgres), time);
        }

        var dialect = new SqliteDialect(options);
        try
        {
            Directory.CreateDirectory(options.DataDirectory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw dialect.Unavailable(e);
        }

        return new Database(new SqliteDataSource(options.SqliteFile), dialect, time);
    }

    /// <summary>The database that the options name, to be read: nothing is made where it is missing, and SQLite refuses to write.</summary>
    /// <exception cref="StorageUnavailableException">There is no such file.</exception>
    public static Database OpenToRead(StorageOptions options, TimeProvider time)
    {
        if (options.Postgres is not null)
        {
            return Open(options, time);
        }

        var dialect = new SqliteDialect(options);
        return File.Exists(options.SqliteFile)
            ? new Database(new SqliteDataSource(options.SqliteFile, readOnly: true), dialect, time)
            : throw new StorageUnavailableException(
                $"{dialect.Setting}: there is no database. Set {StorageOptions.DataDirectoryKey} to the gateway's data directory, or run this where the gateway runs.", null);
    }

    // Npgsql waits 15 s for a connection and 30 s for an answer; a request's way must know sooner. The few statements of that way are planned once for each
    // connection. What the operator wrote stays: a pooler that cannot keep prepared statements wants "Max Auto Prepare=0".
    private static string WithOurDefaults(string text)
    {
        var written = new DbConnectionStringBuilder { ConnectionString = text };
        var builder = new NpgsqlConnectionStringBuilder(text);
        if (!written.ContainsKey("Timeout"))
        {
            builder.Timeout = 3;
        }

        if (!written.ContainsKey("Command Timeout") && !written.ContainsKey("CommandTimeout"))
        {
            builder.CommandTimeout = 5;
        }

        if (!written.ContainsKey("Max Auto Prepare") && !written.ContainsKey("MaxAutoPrepare"))
        {
            builder.MaxAutoPrepare = MaxPreparedStatements;
        }

        builder.ApplicationName ??= "gateway";
        return builder.ToString();
    }
}
