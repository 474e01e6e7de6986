using System.Data.Common;
using Gateway.Idempotency;
using Gateway.Storage;
using Npgsql;
using NpgsqlTypes;

namespace Gateway.Ledger;

/// <summary>
/// One connection, one statement for all rows of a write: an array for each column, unnested into rows by the server; those that it did not know yet are added to the daily sums, move the accounts that there are, and end what their requests held.
/// </summary>
internal sealed class PostgresLedgerLane(Database database) : IDisposable
{
    private const string InsertRows = "with written as (" + LedgerSql.Insert
        + "select * from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], "
        + "$9::boolean[], $10::bigint[], $11::text[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[], $17::bigint[], "
        + "$18::bigint[], $19::bigint[], $20::bigint[], $21::bigint[], $22::bigint[], $23::bigint[], $24::bigint[], $25::bigint[], "
        + "$26::text[], $27::text[], $28::text[], $29::text[], $30::bigint[], $31::bigint[], $32::bigint[], $33::bigint[], $34::text[], "
        + "$35::boolean[], $36::text[], $37::bigint[], $38::text[])"
        + LedgerSql.IgnoreKnown + " returning " + UsageSql.RowColumns + "), summed as (" + UsageSql.AddWritten + "), "
        + "numbered as (insert into ledger_reversals (reverses, reversal) select reverses, reversal from written where reverses is not null)" + AccountSql.MoveWritten;

    private NpgsqlConnection? _connection;

    /// <summary>Makes the rows durable, all or none.</summary>
    public void Write(ReadOnlySpan<PendingRow> rows)
    {
        _connection ??= (NpgsqlConnection)database.Source.OpenConnection();
        using var transaction = HasCompletions(rows) ? _connection.BeginTransaction() : null;
        using var command = _connection.CreateCommand();
        command.CommandText = InsertRows;
        Bind(command.Parameters, rows);
        command.Prepare();
        command.ExecuteNonQuery();
        if (transaction is not null)
        {
            PostgresCompletions.Write(_connection, transaction, CompletionsOf(rows));
            transaction.Commit();
        }
    }

    /// <summary>Lets the connection go; the next write opens another.</summary>
    public void Dispose()
    {
        _connection?.Dispose();
        _connection = null;
    }

    private static bool HasCompletions(ReadOnlySpan<PendingRow> rows)
    {
        foreach (var row in rows)
        {
            if (row.Completion is not null)
            {
                return true;
            }
        }

        return false;
    }

    private static List<AnswerCompletion> CompletionsOf(ReadOnlySpan<PendingRow> rows)
    {
        var completions = new List<AnswerCompletion>(rows.Length);
        foreach (var row in rows)
        {
            if (row.Completion is { } completion)
            {
                completions.Add(completion);
            }
        }

        return completions;
    }

    private static void Bind(DbParameterCollection parameters, ReadOnlySpan<PendingRow> rows)
    {
        Texts(parameters, rows, entry => entry.RequestId);
        Numbers(parameters, rows, entry => UnixMicroseconds.From(entry.At));
        Texts(parameters, rows, entry => entry.TenantId.Value);
        Texts(parameters, rows, entry => entry.KeyId.Value);
        Texts(parameters, rows, entry => entry.Endpoint);
        Texts(parameters, rows, entry => entry.Model);
        Texts(parameters, rows, entry => entry.Provider);
        Texts(parameters, rows, entry => entry.UpstreamModel);
        Add(parameters, rows, NpgsqlDbType.Boolean, entry => entry.Stream);
        Numbers(parameters, rows, entry => entry.Status);
        Texts(parameters, rows, entry => LedgerText.Of(entry.Outcome));
        Numbers(parameters, rows, entry => entry.PromptTokens);
        Numbers(parameters, rows, entry => entry.CachedTokens);
        Numbers(parameters, rows, entry => entry.ImageTokens);
        Numbers(parameters, rows, entry => entry.ImageTokensEstimated);
        Numbers(parameters, rows, entry => entry.AudioInputTokens);
        Numbers(parameters, rows, entry => entry.CacheWriteTokens);
        Numbers(parameters, rows, entry => entry.CompletionTokens);
        Numbers(parameters, rows, entry => entry.ReasoningTokens);
        Numbers(parameters, rows, entry => entry.AudioOutputTokens);
        Numbers(parameters, rows, entry => entry.ImageOutputTokens);
        Numbers(parameters, rows, entry => entry.Images);
        Numbers(parameters, rows, entry => entry.OutputImages);
        Numbers(parameters, rows, entry => entry.Seconds);
        Numbers(parameters, rows, entry => entry.Characters);
        Texts(parameters, rows, entry => LedgerText.Storable(entry.EndUser));
        Texts(parameters, rows, entry => LedgerText.Storable(entry.Tags));
        Texts(parameters, rows, entry => LedgerText.Of(entry.UsageSource));
        Texts(parameters, rows, entry => entry.Price);
        Numbers(parameters, rows, entry => entry.Amount.NanoUsd);
        Numbers(parameters, rows, entry => entry.ListAmount.NanoUsd);
        Numbers(parameters, rows, entry => entry.LatencyMs);
        Add(parameters, rows, NpgsqlDbType.Bigint, entry => entry.FirstTokenMs);
        Texts(parameters, rows, entry => entry.TraceId);
        Add(parameters, rows, NpgsqlDbType.Boolean, entry => entry.Prepaid);
        Texts(parameters, rows, entry => entry.Reverses);
        Add(parameters, rows, NpgsqlDbType.Bigint, entry => entry.Reversal);
        Texts(parameters, rows, entry => LedgerText.Storable(entry.Note));
    }

    private static void Texts(DbParameterCollection parameters, ReadOnlySpan<PendingRow> rows, Func<LedgerEntry, string?> column) =>
        Add(parameters, rows, NpgsqlDbType.Text, column);

    private static void Numbers(DbParameterCollection parameters, ReadOnlySpan<PendingRow> rows, Func<LedgerEntry, long> column) =>
        Add(parameters, rows, NpgsqlDbType.Bigint, column);

    private static void Add<T>(DbParameterCollection parameters, ReadOnlySpan<PendingRow> rows, NpgsqlDbType type, Func<LedgerEntry, T> column)
    {
        var values = new T[rows.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = column(rows[i].Entry);
        }

        parameters.Add(new NpgsqlParameter<T[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type });
    }
}
