using Xunit.Sdk;
using Xunit.v3;

namespace Gateway.Conformance.Redaction;

/// <summary>Runs <see cref="WholeRunTests"/> behind all others. Collections that run alone do so when those that run side by side are through.</summary>
public sealed class LastCollection : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(static collection => collection.TestCollectionDisplayName == nameof(WholeRunTests))];
}
