using System.Collections.Immutable;

namespace Gateway.Catalog.Reading;

/// <summary>What came of reading a catalog: a snapshot, or every problem.</summary>
/// <param name="Snapshot">Null where there is a problem.</param>
/// <param name="Problems">In the order of the file.</param>
/// <param name="Notices">Settings that were read and are not in force, for the log.</param>
internal sealed record CatalogReading(CatalogSnapshot? Snapshot, ImmutableArray<CatalogProblem> Problems, ImmutableArray<string> Notices);
