using Gateway.Core.Pricing;

namespace Gateway.Core.Admission;

/// <summary>An account as the database has it.</summary>
/// <param name="Account">Which.</param>
/// <param name="Sequence">Grows with every move: of two states the one with the larger is the later.</param>
/// <param name="Credited">The sum of a balance's credits.</param>
/// <param name="Spent">The sum of the ledger's rows.</param>
/// <param name="Held">By requests that are running, where the database keeps count of them.</param>
public readonly record struct FundsState(FundsAccount Account, long Sequence, Money Credited, Money Spent, Money Held);
