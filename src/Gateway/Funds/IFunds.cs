using System.Collections.Immutable;
using Gateway.Core.Admission;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Core.Pricing;

namespace Gateway.Funds;

/// <summary>
/// Budgets and prepaid balances. A request holds the most that it may cost on every account that binds it, or on none; its ledger row turns
/// that into what it did cost. What is spent is in the database alone, and moves with the rows.
/// </summary>
internal interface IFunds
{
    /// <summary>
    /// Would a request that may cost that much be refused now? Holds nothing. Null also where that cannot be told without asking the database and
    /// nothing points to it, unless <paramref name="surely"/>: <see cref="HoldAsync"/> decides.
    /// </summary>
    ValueTask<FundsRefusal?> PeekAsync(ImmutableArray<FundsBound> bounds, Money amount, bool surely, CancellationToken ct);

    /// <summary>Holds the amount on all accounts, or refuses: what is not there, or 503 where the database does not answer.</summary>
    /// <param name="requestId">The ledger's key.</param>
    /// <param name="bounds">The accounts.</param>
    /// <param name="amount">The quote's ceiling. Nothing is held where it is nothing.</param>
    ValueTask<Outcome<Hold>> HoldAsync(string requestId, ImmutableArray<FundsBound> bounds, Money amount);

    /// <summary>The tenant's balance, and what running requests hold of it.</summary>
    Task<FundsState> BalanceAsync(TenantId tenant, CancellationToken ct) => ReadAsync(FundsAccount.Balance(tenant), ct);

    /// <summary>How an account stands, and what running requests hold of it. A month that nobody asked for yet is summed up first.</summary>
    Task<FundsState> ReadAsync(FundsAccount account, CancellationToken ct);
}
