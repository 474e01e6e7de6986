using System.Runtime.InteropServices;
using Gateway.Storage;
using Microsoft.Data.Sqlite;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Storage;

public sealed class SqliteWaitingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(30)]
    public void Sleep_is_no_longer_than_what_is_asked_for(int milliseconds)
    {
        SqliteWaiting.Begin();

        // It returns what it asked of the operating system: a whole second, where it knows no less.
        sqlite3_sleep(milliseconds).ShouldBe(milliseconds);
    }

    [Fact]
    public async Task Writer_waits_for_the_lock_of_another_process_and_then_gives_up()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var test = await TestDatabase.CreateMigratedAsync(Backend.Sqlite);
        await using var database = test.Open();
        await using var other = new SqliteConnection($"Data Source={Path.Combine(test.Options.DataDirectory, test.Options.SqliteFile)};Pooling=False");
        await other.OpenAsync(ct);
        await ExecuteAsync(other, "begin immediate");
        await using var connection = (SqliteConnection)await database.Source.OpenConnectionAsync(ct);

        SQLitePCL.raw.sqlite3_exec(connection.Handle, "begin immediate").ShouldBe(SQLitePCL.raw.SQLITE_BUSY);
        var waiting = Task.Run(() => SQLitePCL.raw.sqlite3_exec(connection.Handle, "begin immediate"), ct);
        await ExecuteAsync(other, "rollback");

        (await waiting).ShouldBe(SQLitePCL.raw.SQLITE_OK);
    }

    private static async Task ExecuteAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    [DllImport("e_sqlite3", CallingConvention = CallingConvention.Cdecl)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static extern int sqlite3_sleep(int milliseconds);
}
