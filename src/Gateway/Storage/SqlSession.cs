using System.Data.Common;

namespace Gateway.Storage;

/// <summary>Statements on one open connection, inside a transaction where there is one.</summary>
internal readonly struct SqlSession(DbConnection connection, DbTransaction? transaction)
{
    public async Task<int> ExecuteAsync(string sql, SqlArgument[] arguments, CancellationToken cancellationToken)
    {
        await using var command = Command(sql, arguments);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<List<T>> ListAsync<T>(string sql, Func<DbDataReader, T> read, SqlArgument[] arguments, CancellationToken cancellationToken)
    {
        await using var command = Command(sql, arguments);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    private DbCommand Command(string sql, SqlArgument[] arguments)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        foreach (var (name, value) in arguments)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
