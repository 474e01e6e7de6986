using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Data.Common;
using Gateway.Core.Admission;
using Gateway.Core.Errors;
using Gateway.Core.Pricing;
using Gateway.Storage;
using Npgsql;

namespace Gateway.Funds;

/// <summary>
/// Money where several nodes share a database (PostgreSQL): a hold is a conditional update of the accounts' rows, one round trip, and a row
/// of its own with an expiry, renewed while the request runs. The ledger's transaction turns it into what was spent.
/// </summary>
internal sealed partial class SharedFunds(Database database, FundsStore store, BudgetWatch watch, TimeProvider time, ILogger<SharedFunds> logger) : IFunds, IHolds, IDisposable
{
    private const int MostRemembered = 100_000;

    // More connections at once only wait for each other's locks.
    private const int AtOnce = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Accounts that refused last: a look before the body asks the database for these alone.
    private readonly ConcurrentDictionary<FundsAccount, bool> _exhausted = new();
    // Accounts that are known to exist: none is ever taken away. All of a request's must, before the first of them is locked.
    private readonly ConcurrentDictionary<FundsAccount, bool> _open = new();
    private readonly SemaphoreSlim _turns = new(AtOnce);
    private readonly ConcurrentDictionary<string, bool> _running = new();
    private readonly ConcurrentQueue<string> _unreleased = new();
    private readonly ConcurrentQueue<string> _spooled = new();

    public async ValueTask<FundsRefusal?> PeekAsync(ImmutableArray<FundsBound> bounds, Money amount, bool surely, CancellationToken ct)
    {
        if (bounds.IsEmpty || (!surely && !IsAnyExhausted(bounds)))
        {
            return null;
        }

        try
        {
            FundsRefusal? refusal = null;
            foreach (var bound in bounds)
            {
                var state = surely ? await store.OpenAsync(bound.Account, ct) : await store.ReadAsync(bound.Account, ct);
                refusal ??= bound.Admits(state, amount) ? null : bound.Refusal(state, amount);
            }

            return refusal;
        }
        catch (Exception e) when (e is DbException or TimeoutException)
        {
            Log.Unreadable(logger, e);
            return null;
        }
    }

    public async ValueTask<Outcome<Hold>> HoldAsync(string requestId, ImmutableArray<FundsBound> bounds, Money amount)
    {
        if (bounds.IsEmpty || amount.NanoUsd <= 0)
        {
            return Hold.None;
        }

        try
        {
            // What a client's leaving would break off may have been done: it is waited for.
            using var patience = new CancellationTokenSource(Patience, time);
            await _turns.WaitAsync(patience.Token);
            HoldReply reply;
            try
            {
                await OpenAsync(bounds, patience.Token);
                reply = await TryHoldAsync(requestId, bounds, amount, patience.Token);
            }
            finally
            {
                _turns.Release();
            }

            return Judge(requestId, bounds, amount, reply);
        }
        catch (Exception e) when (e is DbException or TimeoutException or OperationCanceledException)
        {
            // It may have been done all the same.
            _unreleased.Enqueue(requestId);
            Log.Unreadable(logger, e);
            return GatewayError.StoreUnavailable();
        }
    }

    public async ValueTask EndAsync(HeldFunds held, HoldEnd end)
    {
        if (end == HoldEnd.Spooled)
        {
            // Renewed meanwhile, as if it were running.
            _spooled.Enqueue(held.RequestId);
            return;
        }

        _running.TryRemove(held.RequestId, out _);
        if (end == HoldEnd.GivenBack && !await TryReleaseAsync([held.RequestId]))
        {
            _unreleased.Enqueue(held.RequestId);
        }
    }

    public Task<FundsState> ReadAsync(FundsAccount account, CancellationToken ct) =>
        account.Month == 0 ? store.ReadAsync(account, ct) : store.OpenAsync(account, ct);

    /// <summary>Rows wait for the database no longer, and have ended what their requests held.</summary>
    public void EndSpooled()
    {
        for (var count = _spooled.Count; count > 0 && _spooled.TryDequeue(out var requestId); count--)
        {
            _running.TryRemove(requestId, out _);
        }
    }

    /// <summary>Gives back what could not be given back at once.</summary>
    public async Task ReleaseLateAsync()
    {
        var ids = new List<string>();
        while (ids.Count < 1000 && _unreleased.TryDequeue(out var id))
        {
            ids.Add(id);
        }

        if (ids.Count > 0 && !await TryReleaseAsync([.. ids]))
        {
            ids.ForEach(_unreleased.Enqueue);
        }
    }

    /// <summary>Lets the holds of this node's requests live on, and ends those of nodes that are gone.</summary>
    /// <returns>False where the database did not take it.</returns>
    public async Task<bool> RenewAndSweepAsync()
    {
        try
        {
            using var patience = new CancellationTokenSource(Patience, time);
            string[] running = [.. _running.Keys];
            if (running.Length > 0)
            {
                await ExecuteAsync(HoldSql.Renew, patience.Token, Of(running), Of(HoldSql.LeaseMicroseconds));
            }

            if (database.IsSteady)
            {
                await ExecuteAsync(HoldSql.Sweep, patience.Token);
            }

            return true;
        }
        catch (Exception e) when (e is DbException or TimeoutException or OperationCanceledException)
        {
            database.SawOutage();
            Log.NotRenewed(logger, e);
            return false;
        }
    }

    public void Dispose() => _turns.Dispose();

    private bool IsAnyExhausted(ImmutableArray<FundsBound> bounds)
    {
        if (!_exhausted.IsEmpty)
        {
            foreach (var bound in bounds)
            {
                if (_exhausted.ContainsKey(bound.Account))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private async Task OpenAsync(ImmutableArray<FundsBound> bounds, CancellationToken ct)
    {
        foreach (var bound in bounds)
        {
            if (!_open.ContainsKey(bound.Account))
            {
                await store.OpenAsync(bound.Account, ct);
                if (_open.Count >= MostRemembered)
                {
                    _open.Clear();
                }

                _open[bound.Account] = true;
            }
        }
    }

    private async Task<HoldReply> TryHoldAsync(string requestId, ImmutableArray<FundsBound> bounds, Money amount, CancellationToken ct)
    {
        await using var connection = (NpgsqlConnection)await database.Source.OpenConnectionAsync(ct);
        await using var batch = new NpgsqlBatch(connection);
        long[] months = [.. bounds.Select(bound => (long)bound.Account.Month)];
        string[] subjects = [.. bounds.Select(bound => bound.Account.Subject)];
        long?[] budgets = [.. bounds.Select(bound => bound.Budget?.NanoUsd)];

        // Each statement sees what the ones before it waited for. Together they are one transaction and one round trip.
        batch.BatchCommands.Add(new NpgsqlBatchCommand(HoldSql.DoNotWaitForDisk));
        Add(HoldSql.Lock);
        Add(HoldSql.Insert, Of(budgets), Of(requestId), Of(amount.NanoUsd), Of(HoldSql.LeaseMicroseconds));
        Add(HoldSql.AddHeld, Of(requestId), Of(amount.NanoUsd));
        Add(HoldSql.Read, Of(requestId));

        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.NextResultAsync(ct); // Behind the setting,
        await reader.NextResultAsync(ct); // and the rows that were locked.
        var (states, isHeld) = (new List<FundsState>(bounds.Length), false);
        while (await reader.ReadAsync(ct))
        {
            states.Add(FundsStore.ReadState(reader));
            isHeld = reader.GetBoolean(HoldSql.IsHeldColumn);
        }

        // Only behind its last row is the transaction known to be committed.
        await reader.NextResultAsync(ct);
        return new HoldReply(isHeld, states);

        void Add(string sql, params ReadOnlySpan<NpgsqlParameter> more)
        {
            var command = new NpgsqlBatchCommand(sql);
            command.Parameters.Add(Of(months));
            command.Parameters.Add(Of(subjects));
            foreach (var parameter in more)
            {
                command.Parameters.Add(parameter);
            }

            batch.BatchCommands.Add(command);
        }
    }

    private Outcome<Hold> Judge(string requestId, ImmutableArray<FundsBound> bounds, Money amount, HoldReply reply)
    {
        if (reply.IsHeld)
        {
            _running[requestId] = true;
            BudgetWarning? warning = null;
            foreach (var bound in bounds)
            {
                _exhausted.TryRemove(bound.Account, out _);
                warning = BudgetWatch.Nearer(warning, watch.Observe(bound, reply.Of(bound.Account)));
            }

            return new Hold(this, new HeldFunds(requestId, bounds, amount), warning);
        }

        foreach (var bound in reply.States.Count == bounds.Length ? bounds : [])
        {
            var state = reply.Of(bound.Account);
            if (!bound.Admits(state, amount))
            {
                Remember(bound, state);
                return bound.Refusal(state, amount).ToError();
            }
        }

        // Accounts are gone that were there: the database is another one, or an older copy.
        _open.Clear();
        return GatewayError.StoreUnavailable();
    }

    private void Remember(in FundsBound bound, in FundsState state)
    {
        if (bound.LimitOf(state) <= state.Spent && _exhausted.Count < MostRemembered)
        {
            _exhausted[bound.Account] = true;
        }
    }

    private async Task<bool> TryReleaseAsync(string[] requestIds)
    {
        try
        {
            using var patience = new CancellationTokenSource(Patience, time);
            await ExecuteAsync(HoldSql.Release, patience.Token, Of(requestIds));
            return true;
        }
        catch (Exception e) when (e is DbException or TimeoutException or OperationCanceledException)
        {
            // Tried again until it is done; the lease's end does it at the latest.
            Log.NotReleased(logger, e, requestIds.Length);
            return false;
        }
    }

    private async Task ExecuteAsync(string sql, CancellationToken ct, params NpgsqlParameter[] parameters)
    {
        await using var connection = (NpgsqlConnection)await database.Source.OpenConnectionAsync(ct);
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Balances and budgets cannot be read; requests that they bind are refused")]
        public static partial void Unreadable(ILogger logger, Exception cause);

        [LoggerMessage(2, LogLevel.Warning, "What {Count} requests held could not be given back yet")]
        public static partial void NotReleased(ILogger logger, Exception cause, int count);

        [LoggerMessage(3, LogLevel.Warning, "Holds could not be renewed; those of requests that run longer than a minute may end early")]
        public static partial void NotRenewed(ILogger logger, Exception cause);
    }

    /// <param name="IsHeld">The amount is held on all accounts.</param>
    /// <param name="States">The accounts that there are, as they stand now.</param>
    private sealed record HoldReply(bool IsHeld, List<FundsState> States)
    {
        public FundsState Of(FundsAccount account) => States.Find(state => state.Account == account);
    }
}
