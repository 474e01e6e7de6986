using Gateway.Storage;
using Npgsql;
using NpgsqlTypes;

namespace Gateway.Idempotency;

/// <summary>Completes claims on the ledger's connection, all of a group in one round trip.</summary>
internal static class PostgresCompletions
{
    /// <summary>Within the transaction that is open on the connection.</summary>
    public static void Write(NpgsqlConnection connection, NpgsqlTransaction transaction, IEnumerable<AnswerCompletion> completions)
    {
        using var batch = new NpgsqlBatch(connection, transaction);

        // In one order on every node, so that they wait for each other rather than lock each other out.
        foreach (var completion in completions.OrderBy(completion => completion.Request.Tenant.Value, StringComparer.Ordinal).ThenBy(completion => completion.Owner, StringComparer.Ordinal))
        {
            batch.BatchCommands.Add(Command(completion));
        }

        // Planned once for each connection: planning would cost more than the work.
        batch.Prepare();
        batch.ExecuteNonQuery();
    }

    private static NpgsqlBatchCommand Command(AnswerCompletion completion)
    {
        var answer = completion.Answer;
        return new NpgsqlBatchCommand(CompletionSql.Postgres)
        {
            Parameters =
            {
                Text(completion.Request.Caller.Value),
                new NpgsqlParameter<byte[]> { TypedValue = completion.Request.KeyHash, NpgsqlDbType = NpgsqlDbType.Bytea },
                Text(completion.Owner),
                Number(completion.Body.Length),
                Number(completion.MaxTenantBytes),
                new NpgsqlParameter { Value = answer is null ? DBNull.Value : completion.Body, NpgsqlDbType = NpgsqlDbType.Bytea },
                Number(UnixMicroseconds.From(completion.ExpiresAt)),
                Number(answer?.Status),
                Text(answer?.ContentType),
                Text(answer?.Provider),
                Text(answer?.Model),
                Number(answer?.Cost?.NanoUsd),
            },
        };
    }

    private static NpgsqlParameter Text(string? value) => new() { Value = value ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private static NpgsqlParameter Number(long? value) => new() { Value = value ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint };
}
