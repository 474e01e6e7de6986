using System.Collections.Immutable;
using Gateway.Core.Admission;
using Gateway.Core.Pricing;

namespace Gateway.Funds;

/// <summary>What a request holds: the same amount on each account.</summary>
internal readonly record struct HeldFunds(string RequestId, ImmutableArray<FundsBound> Bounds, Money Amount);
