using System.Data.Common;
using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Gateway.Testing.Redaction;

/// <summary>Every value of every column of every table of a gateway's database, one to a line behind the column's name.</summary>
internal static class StoreDump
{
    /// <summary>Columns that hold content by contract: see "What is stored, where, how long" in docs/security.md.</summary>
    public static readonly IReadOnlySet<string> ByContract = new HashSet<string>(StringComparer.Ordinal) { "idempotency.answer", "file_chunks.data" };

    /// <param name="file">The database, which may be in use by others: a copy of it is read.</param>
    /// <param name="to">Where to.</param>
    /// <returns>How many values there were.</returns>
    public static async Task<int> SqliteAsync(string file, Stream to)
    {
        var copies = Directory.CreateTempSubdirectory("gateway-dump-");
        try
        {
            foreach (var part in new[] { file, $"{file}-wal" }.Where(File.Exists))
            {
                File.Copy(part, Path.Combine(copies.FullName, Path.GetFileName(part)));
            }

            await using var source = new SqliteConnection($"Data Source={Path.Combine(copies.FullName, Path.GetFileName(file))};Pooling=False");
            await source.OpenAsync();
            return await WriteAsync(source, "select name from sqlite_master where type = 'table'", to);
        }
        finally
        {
            copies.Delete(recursive: true);
        }
    }

    /// <inheritdoc cref="SqliteAsync"/>
    public static async Task<int> PostgresAsync(string connectionString, Stream to)
    {
        await using var source = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ToString());
        await source.OpenAsync();
        return await WriteAsync(source, "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'", to);
    }

    private static async Task<int> WriteAsync(DbConnection source, string listTables, Stream to)
    {
        var tables = new List<string>();
        await foreach (var row in RowsAsync(source, listTables))
        {
            tables.Add(row.GetString(0));
        }

        var values = 0;
        foreach (var table in tables)
        {
            await foreach (var row in RowsAsync(source, $"select * from \"{table}\""))
            {
                for (var column = 0; column < row.FieldCount; column++, values++)
                {
                    var name = $"{table}.{row.GetName(column)}";
                    if (!ByContract.Contains(name))
                    {
                        await to.WriteAsync(Encoding.UTF8.GetBytes($"{name}="));
                        await to.WriteAsync(row.GetValue(column) is var value && value is byte[] bytes ? bytes : Encoding.UTF8.GetBytes(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
                        to.WriteByte((byte)'\n');
                    }
                }
            }
        }

        return values;
    }

    private static async IAsyncEnumerable<DbDataReader> RowsAsync(DbConnection source, string sql)
    {
        await using var command = source.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            yield return reader;
        }
    }
}
