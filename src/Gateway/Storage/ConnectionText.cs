using Npgsql;

namespace Gateway.Storage;

/// <summary>Connection strings as they may be shown.</summary>
internal static class ConnectionText
{
    /// <summary>Host, port, database and user alone: what an operator needs to see, and nothing that could hold a secret.</summary>
    public static string Mask(string postgres)
    {
        var parts = new NpgsqlConnectionStringBuilder(postgres);
        var password = parts.Password is null ? "" : ";Password=***";
        return $"Host={parts.Host};Port={parts.Port};Database={parts.Database ?? parts.Username};Username={parts.Username}{password}";
    }
}
