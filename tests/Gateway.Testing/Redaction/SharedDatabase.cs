using Npgsql;

namespace Gateway.Testing.Redaction;

/// <summary>A PostgreSQL database that gateways stand on, read when the last of them has left it.</summary>
/// <param name="connectionString">Where it is.</param>
internal sealed class SharedDatabase(string connectionString)
{
    public const string Setting = "ConnectionStrings__Postgres";

    private int _users;

    public bool WasRead { get; private set; }

    public void Enter() => Interlocked.Increment(ref _users);

    /// <returns>How many values were read; 0 where others are still on it.</returns>
    public async Task<int> LeaveAsync(Stream to)
    {
        if (Interlocked.Decrement(ref _users) > 0)
        {
            return 0;
        }

        try
        {
            var values = await StoreDump.PostgresAsync(connectionString, to);
            WasRead = true;
            return values;
        }
        catch (NpgsqlException)
        {
            // A test has stopped the server; whoever comes when it is there again reads it.
            return 0;
        }
    }
}
