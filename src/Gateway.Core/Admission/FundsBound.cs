using Gateway.Core.Pricing;

namespace Gateway.Core.Admission;

/// <summary>One account that binds a request.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Account">Which.</param>
/// <param name="Budget">What may be spent; null for a balance, where that is what was credited.</param>
public readonly record struct FundsBound(FundsKind Kind, FundsAccount Account, Money? Budget)
{
    /// <summary>What may be spent altogether.</summary>
    public Money LimitOf(in FundsState state) => Budget ?? state.Credited;

    /// <summary>Whether an amount more fits beside what is spent and held. Nothing always fits: what costs nothing needs no money.</summary>
    public bool Admits(in FundsState state, Money amount) => amount.NanoUsd <= 0 || Left(state) >= amount.NanoUsd;

    /// <summary>The account's refusal of an amount that does not fit.</summary>
    public FundsRefusal Refusal(in FundsState state, Money amount) => new(Kind, Account.Subject, LimitOf(state), state.Spent, state.Held, amount);

    /// <summary>
    /// What is left beside what is spent and held, in nano-dollars; less than nothing where rows cost more than was held. Wider than 64 bits: a budget
    /// less what a negative sum of corrections gave back may be.
    /// </summary>
    public Int128 Left(in FundsState state) => (Int128)LimitOf(state).NanoUsd - state.Spent.NanoUsd - state.Held.NanoUsd;
}
