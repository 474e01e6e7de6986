using System.Runtime.InteropServices;
using System.Text;
using Gateway.Core.Admission;
using Gateway.Core.Pricing;
using Gateway.Idempotency;
using Gateway.Storage;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Gateway.Ledger;

/// <summary>
/// One prepared statement, stepped for each row, and one for each daily sum that the group's new rows belong to. It binds through SQLitePCLRaw: ADO.NET's boxed parameters and reader for each row cost more than the insert itself.
/// </summary>
internal sealed class SqliteLedgerSink(Database database, Action<IReadOnlyList<string>, IReadOnlyList<FundsState>>? onCommitted) : ILedgerSink
{
    private const int ColumnCount = 38;

    // 32 MiB: a page that many small groups filled is copied into the database once, not each second.
    private const int CheckpointPages = 8192;

    private const int MostAbsent = 100_000;

    private static readonly string InsertRow =
        $"{LedgerSql.Insert} values ({string.Join(", ", Enumerable.Repeat("?", ColumnCount))}){LedgerSql.IgnoreKnown}";

    private SqliteConnection? _connection;
    private sqlite3_stmt? _begin;
    private sqlite3_stmt? _insert;
    private sqlite3_stmt? _add;
    private sqlite3_stmt? _move;
    private sqlite3_stmt? _commit;
    private sqlite3_stmt? _version;

    // Most rows belong to keys and tenants without a budget. Only another connection makes accounts, and this number tells that one has written.
    private readonly HashSet<FundsAccount> _absent = [];
    private long _seenVersion;
    private readonly Dictionary<UsageKey, UsageSums> _sums = [];
    private readonly Dictionary<FundsAccount, long> _moves = [];
    private readonly List<FundsState> _moved = [];
    private readonly List<string> _requestIds = [];
    private byte[] _utf8 = new byte[1024];

    public void Write(ReadOnlySpan<PendingRow> rows)
    {
        using var turn = database.TakeTurn();
        var (begin, insert, add, move, commit) = Open();
        Step(begin);
        try
        {
            _sums.Clear();
            _moves.Clear();
            _moved.Clear();
            _requestIds.Clear();
            foreach (var row in rows)
            {
                _requestIds.Add(row.Entry.RequestId);
                Bind(insert, row.Entry);
                Step(insert);

                // None where the row was known.
                if (raw.sqlite3_changes(_connection!.Handle) > 0)
                {
                    ref var sums = ref CollectionsMarshal.GetValueRefOrAddDefault(_sums, UsageKey.Of(row.Entry), out _);
                    sums = sums.With(row.Entry);
                    AddMoves(row.Entry);
                }
            }

            foreach (var (key, sums) in _sums)
            {
                Bind(add, key, sums);
                Step(add);
            }

            ForgetAbsentIfOthersWrote();
            foreach (var (account, amount) in _moves)
            {
                if (!_absent.Contains(account))
                {
                    Move(move, account, amount);
                }
            }

            foreach (var row in rows)
            {
                if (row.Completion is { } completion)
                {
                    SqliteCompletions.Write(_connection!, completion);
                }
            }

            Step(commit);
        }
        catch
        {
            // Some failures have ended the transaction already; then there is nothing to roll back.
            if (_connection?.Handle is { } handle && raw.sqlite3_get_autocommit(handle) == 0)
            {
                _ = raw.sqlite3_exec(handle, "rollback");
            }

            throw;
        }

        onCommitted?.Invoke(_requestIds, _moved);
    }

    public void Reset()
    {
        _absent.Clear();
        _version?.Dispose();
        _move?.Dispose();
        _begin?.Dispose();
        _insert?.Dispose();
        _add?.Dispose();
        _commit?.Dispose();
        _connection?.Dispose();
        (_begin, _insert, _add, _move, _commit, _version, _connection) = (null, null, null, null, null, null, null);
    }

    public void Dispose() => Reset();

    private (sqlite3_stmt Begin, sqlite3_stmt Insert, sqlite3_stmt Add, sqlite3_stmt Move, sqlite3_stmt Commit) Open()
    {
        _connection ??= Connect();
        _begin ??= Prepare("begin immediate");
        _insert ??= Prepare(InsertRow);
        _add ??= Prepare(UsageSql.AddSums);
        _move ??= Prepare(AccountSql.Move);
        _commit ??= Prepare("commit");
        return (_begin, _insert, _add, _move, _commit);
    }

    private SqliteConnection Connect()
    {
        var connection = (SqliteConnection)database.Source.OpenConnection();
        _ = raw.sqlite3_exec(connection.Handle, $"pragma wal_autocheckpoint = {CheckpointPages}");
        return connection;
    }

    private sqlite3_stmt Prepare(string sql)
    {
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v2(_connection!.Handle, sql, out var statement), _connection.Handle);
        return statement;
    }

    private void Step(sqlite3_stmt statement) => Finish(statement, raw.sqlite3_step(statement));

    private void Finish(sqlite3_stmt statement, int result)
    {
        if (result == raw.SQLITE_DONE)
        {
            raw.sqlite3_reset(statement);
            return;
        }

        try
        {
            SqliteException.ThrowExceptionForRC(result, _connection!.Handle);
        }
        finally
        {
            raw.sqlite3_reset(statement);
        }
    }

    private void AddMoves(LedgerEntry entry)
    {
        var month = FundsAccount.MonthOf(entry.At);
        Add(FundsAccount.Of(entry.TenantId, month));
        Add(FundsAccount.Of(entry.KeyId, month));
        if (entry.Prepaid)
        {
            Add(FundsAccount.Balance(entry.TenantId));
        }

        void Add(FundsAccount account)
        {
            ref var amount = ref CollectionsMarshal.GetValueRefOrAddDefault(_moves, account, out _);
            amount = UsageSums.Sum(amount, entry.Amount.NanoUsd);
        }
    }

    /// <summary>Nothing where there is no such account.</summary>
    private void Move(sqlite3_stmt statement, in FundsAccount account, long amount)
    {
        raw.sqlite3_bind_int64(statement, 1, account.Month);
        Text(statement, 2, account.Subject);
        raw.sqlite3_bind_int64(statement, 3, amount);
        var result = raw.sqlite3_step(statement);
        if (result == raw.SQLITE_ROW)
        {
            _moved.Add(new FundsState(
                account,
                raw.sqlite3_column_int64(statement, 0),
                new Money(raw.sqlite3_column_int64(statement, 1)),
                new Money(raw.sqlite3_column_int64(statement, 2)),
                Money.Zero));
        }

        else if (result == raw.SQLITE_DONE)
        {
            RememberAbsent(account);
        }

        Finish(statement, result == raw.SQLITE_ROW ? raw.sqlite3_step(statement) : result);
    }

    private void RememberAbsent(in FundsAccount account)
    {
        if (_absent.Count >= MostAbsent)
        {
            _absent.Clear();
        }

        _absent.Add(account);
    }

    /// <summary>Inside the transaction, which keeps others from writing, so that what is absent stays so until its end.</summary>
    private void ForgetAbsentIfOthersWrote()
    {
        _version ??= Prepare("pragma data_version");
        var result = raw.sqlite3_step(_version);
        var version = result == raw.SQLITE_ROW ? raw.sqlite3_column_int64(_version, 0) : _seenVersion;
        if (version != _seenVersion)
        {
            _absent.Clear();
            _seenVersion = version;
        }

        Finish(_version, result == raw.SQLITE_ROW ? raw.sqlite3_step(_version) : result);
    }

    private void Bind(sqlite3_stmt statement, LedgerEntry entry)
    {
        var at = 0;
        Text(entry.RequestId);
        Number(UnixMicroseconds.From(entry.At));
        Text(entry.TenantId.Value);
        Text(entry.KeyId.Value);
        Text(entry.Endpoint);
        Text(entry.Model);
        Text(entry.Provider);
        Text(entry.UpstreamModel);
        Number(entry.Stream ? 1 : 0);
        Number(entry.Status);
        Text(LedgerText.Of(entry.Outcome));
        Number(entry.PromptTokens);
        Number(entry.CachedTokens);
        Number(entry.ImageTokens);
        Number(entry.ImageTokensEstimated);
        Number(entry.AudioInputTokens);
        Number(entry.CacheWriteTokens);
        Number(entry.CompletionTokens);
        Number(entry.ReasoningTokens);
        Number(entry.AudioOutputTokens);
        Number(entry.ImageOutputTokens);
        Number(entry.Images);
        Number(entry.OutputImages);
        Number(entry.Seconds);
        Number(entry.Characters);
        Text(LedgerText.Storable(entry.EndUser));
        Text(LedgerText.Storable(entry.Tags));
        Text(LedgerText.Of(entry.UsageSource));
        Text(entry.Price);
        Number(entry.Amount.NanoUsd);
        Number(entry.ListAmount.NanoUsd);
        Number(entry.LatencyMs);
        if (entry.FirstTokenMs is { } firstToken)
        {
            Number(firstToken);
        }
        else
        {
            raw.sqlite3_bind_null(statement, ++at);
        }

        Text(entry.TraceId);
        Number(entry.Prepaid ? 1 : 0);
        Text(entry.Reverses);
        if (entry.Reversal is { } reversal)
        {
            Number(reversal);
        }
        else
        {
            raw.sqlite3_bind_null(statement, ++at);
        }

        Text(LedgerText.Storable(entry.Note));

        void Number(long value) => raw.sqlite3_bind_int64(statement, ++at, value);

        void Text(string? value) => this.Text(statement, ++at, value);
    }

    private void Bind(sqlite3_stmt statement, in UsageKey key, in UsageSums sums)
    {
        raw.sqlite3_bind_int64(statement, 1, key.Day);
        Text(statement, 2, key.Tenant);
        Text(statement, 3, key.Key);
        Text(statement, 4, key.Model);
        ReadOnlySpan<long> numbers =
        [
            sums.Requests, sums.PromptTokens, sums.CachedTokens, sums.ImageTokens, sums.CompletionTokens, sums.ReasoningTokens, sums.Images,
            sums.AmountNanoUsd, sums.ListAmountNanoUsd,
        ];
        for (var i = 0; i < numbers.Length; i++)
        {
            raw.sqlite3_bind_int64(statement, 5 + i, numbers[i]);
        }
    }

    private void Text(sqlite3_stmt statement, int at, string? value)
    {
        switch (value)
        {
            case null:
                raw.sqlite3_bind_null(statement, at);
                break;
            case "":
                // An empty span would be bound as null.
                raw.sqlite3_bind_text(statement, at, "");
                break;
            default:
                raw.sqlite3_bind_text(statement, at, Encode(value));
                break;
        }
    }

    private ReadOnlySpan<byte> Encode(string value)
    {
        if (_utf8.Length < value.Length * 3)
        {
            _utf8 = new byte[value.Length * 3];
        }

        return _utf8.AsSpan(0, Encoding.UTF8.GetBytes(value, _utf8));
    }
}
