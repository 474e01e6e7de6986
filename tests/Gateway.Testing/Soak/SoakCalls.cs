namespace Gateway.Testing.Soak;

/// <summary>What came of a load.</summary>
/// <param name="All">Each request, in the order in which they ended.</param>
/// <param name="LongestStall">The longest that the machine kept the clients themselves from working, which is no fault of a gateway's.</param>
internal sealed record SoakCalls(IReadOnlyList<SoakCall> All, TimeSpan LongestStall);
