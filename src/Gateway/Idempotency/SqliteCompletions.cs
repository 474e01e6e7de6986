using Gateway.Storage;
using Microsoft.Data.Sqlite;

namespace Gateway.Idempotency;

/// <summary>Completes claims on the ledger's connection.</summary>
internal static class SqliteCompletions
{
    /// <summary>Within the transaction that is open on the connection, in which nobody else writes.</summary>
    public static void Write(SqliteConnection connection, AnswerCompletion completion)
    {
        var answer = completion.Answer;
        if (answer is not null && Execute(connection, CompletionSql.TakeRoom, completion, ("@bytes", completion.Body.Length), ("@most", completion.MaxTenantBytes)) == 0)
        {
            answer = null;
        }

        Execute(
            connection,
            CompletionSql.Complete,
            completion,
            ("@expires", UnixMicroseconds.From(completion.ExpiresAt)),
            ("@bytes", answer is null ? 0 : completion.Body.Length),
            ("@answer", answer is null ? null : completion.Body),
            ("@status", answer?.Status),
            ("@content_type", answer?.ContentType),
            ("@provider", answer?.Provider),
            ("@model", answer?.Model),
            ("@amount", answer?.Cost?.NanoUsd));
    }

    private static int Execute(SqliteConnection connection, string sql, AnswerCompletion completion, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("@caller", completion.Request.Caller.Value);
        command.Parameters.AddWithValue("@key", completion.Request.KeyHash);
        command.Parameters.AddWithValue("@owner", completion.Owner);
        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command.ExecuteNonQuery();
    }
}
