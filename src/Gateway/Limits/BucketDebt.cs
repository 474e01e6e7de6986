using Gateway.Core.Admission;

namespace Gateway.Limits;

/// <summary>What was drawn from a bucket of this process and not yet from its shared one.</summary>
/// <param name="ScopeId">Whose bucket.</param>
/// <param name="Kind">Requests or tokens.</param>
/// <param name="Units">1/60000 of one; less than 0 to give back.</param>
internal readonly record struct BucketDebt(string ScopeId, LimitKind Kind, long Units);
