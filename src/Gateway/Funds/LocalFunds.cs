using System.Collections.Immutable;
using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Gateway.Core.Admission;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Core.Pricing;

namespace Gateway.Funds;

/// <summary>
/// Money where one node has the database to itself (SQLite): what is spent comes from it, once and then with each row that is committed; what
/// is held is counted here, and gone with the process as its requests are. A request waits for nothing but the first look at an account.
/// </summary>
internal sealed partial class LocalFunds(FundsStore store, BudgetWatch watch, TimeProvider time, ILogger<LocalFunds> logger) : IFunds, IHolds
{
    // How often a refusal is checked against the database: another process may have given credit there.
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly Dictionary<FundsAccount, Counted> _accounts = [];
    private readonly Dictionary<string, HeldFunds> _holds = [];
    private int _newestMonth;

    /// <summary>Accounts kept now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _accounts.Count;
            }
        }
    }

    /// <summary>Rows are durable: what their requests held becomes what they spent, in one step, so that it is never counted twice nor not at all.</summary>
    public void Commit(IReadOnlyList<string> requestIds, IReadOnlyList<FundsState> states)
    {
        lock (_gate)
        {
            foreach (var requestId in requestIds)
            {
                Release(requestId);
            }

            foreach (var state in states)
            {
                Apply(state);
            }
        }
    }

    /// <summary>What the database says of an account, of use in any order: older states change nothing. Under the lock.</summary>
    private void Apply(in FundsState state)
    {
        ref var counted = ref CollectionsMarshal.GetValueRefOrAddDefault(_accounts, state.Account, out var known);
        if (!known || state.Sequence > counted.Sequence)
        {
            (counted.Sequence, counted.Credited, counted.Spent) = (state.Sequence, state.Credited, state.Spent);
        }

        if (state.Account.Month > _newestMonth)
        {
            _newestMonth = state.Account.Month;
            ForgetOldMonths();
        }
    }

    public async ValueTask<FundsRefusal?> PeekAsync(ImmutableArray<FundsBound> bounds, Money amount, bool surely, CancellationToken ct)
    {
        if (bounds.IsEmpty)
        {
            return null;
        }

        var found = Find(bounds, amount, out var refusal, out var isFresh);
        if (!found && !surely)
        {
            return null;
        }

        if ((!found || (refusal is not null && (surely || !isFresh))) && await TryLoadAsync(bounds, ct))
        {
            Find(bounds, amount, out refusal, out _);
        }

        return refusal;
    }

    public async ValueTask<Outcome<Hold>> HoldAsync(string requestId, ImmutableArray<FundsBound> bounds, Money amount)
    {
        if (bounds.IsEmpty || amount.NanoUsd <= 0)
        {
            return Hold.None;
        }

        var held = new HeldFunds(requestId, bounds, amount);
        if (!TryHold(held, out var warning, out var refusal, out var isFresh) && (refusal is null || !isFresh))
        {
            if (!await TryLoadAsync(bounds, CancellationToken.None))
            {
                return refusal?.ToError() ?? GatewayError.StoreUnavailable();
            }

            TryHold(held, out warning, out refusal, out _);
        }

        return refusal is not null ? refusal.ToError() : new Hold(this, held, warning);
    }

    public ValueTask EndAsync(HeldFunds held, HoldEnd end)
    {
        // The hold of a spooled row ends with its replay; that of a committed one has, as a rule.
        if (end != HoldEnd.Spooled)
        {
            lock (_gate)
            {
                Release(held.RequestId);
            }
        }

        return ValueTask.CompletedTask;
    }

    public async Task<FundsState> ReadAsync(FundsAccount account, CancellationToken ct)
    {
        var state = account.Month == 0 ? await store.ReadAsync(account, ct) : await store.OpenAsync(account, ct);
        lock (_gate)
        {
            return _accounts.TryGetValue(state.Account, out var counted) ? state with { Held = new Money(counted.Held) } : state;
        }
    }

    private bool Find(ImmutableArray<FundsBound> bounds, Money amount, out FundsRefusal? refusal, out bool isFresh)
    {
        refusal = null;
        isFresh = true;
        lock (_gate)
        {
            foreach (var bound in bounds)
            {
                ref var counted = ref CollectionsMarshal.GetValueRefOrNullRef(_accounts, bound.Account);
                if (Unsafe.IsNullRef(ref counted))
                {
                    refusal = null;
                    return false;
                }

                var state = counted.StateOf(bound.Account);
                isFresh &= counted.ReadAt is { } at && time.GetElapsedTime(at) < Fresh;
                if (refusal is null && !bound.Admits(state, amount))
                {
                    refusal = bound.Refusal(state, amount);
                }
            }
        }

        return true;
    }

    private void Release(string requestId)
    {
        if (_holds.Remove(requestId, out var held))
        {
            foreach (var bound in held.Bounds)
            {
                // Accounts with something held are never forgotten.
                CollectionsMarshal.GetValueRefOrNullRef(_accounts, bound.Account).Held -= held.Amount.NanoUsd;
            }
        }
    }

    private bool TryHold(in HeldFunds held, out BudgetWarning? warning, out FundsRefusal? refusal, out bool isFresh)
    {
        warning = null;
        lock (_gate)
        {
            if (!Find(held.Bounds, held.Amount, out refusal, out isFresh) || refusal is not null)
            {
                return false;
            }

            _holds.Add(held.RequestId, held);
            foreach (var bound in held.Bounds)
            {
                ref var counted = ref CollectionsMarshal.GetValueRefOrNullRef(_accounts, bound.Account);
                counted.Held += held.Amount.NanoUsd;
                warning = BudgetWatch.Nearer(warning, watch.Observe(bound, counted.StateOf(bound.Account)));
            }
        }

        return true;
    }

    private async Task<bool> TryLoadAsync(ImmutableArray<FundsBound> bounds, CancellationToken ct)
    {
        try
        {
            foreach (var bound in bounds)
            {
                var at = time.GetTimestamp();
                var state = await store.OpenAsync(bound.Account, ct);
                lock (_gate)
                {
                    Apply(state);
                    CollectionsMarshal.GetValueRefOrNullRef(_accounts, bound.Account).ReadAt = at;
                }
            }

            return true;
        }
        catch (Exception e) when (e is DbException or TimeoutException)
        {
            Log.Unreadable(logger, e);
            return false;
        }
    }

    /// <summary>No request belongs to a month before the last one any more, unless it holds something.</summary>
    private void ForgetOldMonths()
    {
        foreach (var (account, counted) in _accounts)
        {
            if (account.Month != 0 && account.Month < _newestMonth - 1 && counted.Held == 0)
            {
                _accounts.Remove(account);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Balances and budgets cannot be read; requests that they bind are refused")]
        public static partial void Unreadable(ILogger logger, Exception cause);
    }

    private struct Counted
    {
        public long Sequence;
        public Money Credited;
        public Money Spent;
        public long Held;
        public long? ReadAt;

        public readonly FundsState StateOf(FundsAccount account) => new(account, Sequence, Credited, Spent, new Money(Held));
    }
}
