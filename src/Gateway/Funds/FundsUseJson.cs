using System.Collections.Immutable;
using System.Globalization;
using Gateway.Core.Admission;
using Gateway.Core.Pricing;

namespace Gateway.Funds;

/// <summary>Money that binds a key: a balance, or a budget of the calendar month in UTC.</summary>
/// <param name="Scope"><c>tenant</c> or <c>key</c>.</param>
/// <param name="Kind"><c>balance</c> or <c>monthly_budget</c>.</param>
/// <param name="Month"><c>2026-01</c>, or null of a balance.</param>
/// <param name="Limit">The budget, or what was credited.</param>
/// <param name="Spent">Of it, by ledger rows.</param>
/// <param name="Held">Of it, by running requests.</param>
/// <param name="Available">The rest; less than nothing where rows cost more than was held.</param>
internal sealed record FundsUseJson(string Scope, string Kind, string? Month, string Limit, string Spent, string Held, string Available)
{
    public const string Balance = "balance";

    /// <summary>Each of the accounts as it stands, in their order.</summary>
    public static async Task<IReadOnlyList<FundsUseJson>> ReadAsync(IFunds funds, ImmutableArray<FundsBound> bounds, CancellationToken ct)
    {
        var uses = new List<FundsUseJson>(bounds.Length);
        foreach (var bound in bounds)
        {
            uses.Add(Of(bound, await funds.ReadAsync(bound.Account, ct)));
        }

        return uses;
    }

    private static FundsUseJson Of(in FundsBound bound, in FundsState state) => new(
        bound.Kind == FundsKind.KeyBudget ? "key" : "tenant",
        bound.Kind == FundsKind.Balance ? Balance : "monthly_budget",
        bound.Kind == FundsKind.Balance ? null : FundsAccount.StartOf(bound.Account.Month).ToString("yyyy-MM", CultureInfo.InvariantCulture),
        bound.LimitOf(state).ToString(),
        state.Spent.ToString(),
        state.Held.ToString(),
        new Money((long)Int128.Clamp(bound.Left(state), long.MinValue, long.MaxValue)).ToString());
}
