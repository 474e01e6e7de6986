using System.Collections.Immutable;

namespace Gateway.Core.Streaming;

/// <summary>An answer that later requests may build on, at the provider that keeps it.</summary>
/// <param name="Id">The provider's id of it.</param>
/// <param name="Items">The ids of what it holds; empty as long as nothing of it has come.</param>
public sealed record StoredOutput(string Id, ImmutableArray<string> Items);
