using Gateway.Core.Admission;

namespace Gateway.Limits;

/// <summary>How much of one limit is used.</summary>
/// <param name="Scope">Whose limit.</param>
/// <param name="Kind">What is counted.</param>
/// <param name="Limit">Its size.</param>
/// <param name="Used">Rounded up; more than the limit in a bucket below zero, and where the limit was lowered.</param>
/// <param name="Remaining">0 or more, rounded down.</param>
/// <param name="Reset">The time to a full bucket, rounded up to a millisecond; null for requests at once, which end when they will.</param>
internal readonly record struct LimitUse(LimitScope Scope, LimitKind Kind, long Limit, long Used, long Remaining, TimeSpan? Reset);
