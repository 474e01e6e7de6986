using System.Collections.Immutable;

namespace Gateway.Catalog.Reading;

/// <summary>What came of reading a catalog: a snapshot, or every problem.</summary>
/// <param name="Snapshot">Null where there is a problem.</param>
/// <param name="Problems">In the order of the file.</param>
internal sealed record CatalogReading(CatalogSnapshot? Snapshot, ImmutableArray<CatalogProblem> Problems);
