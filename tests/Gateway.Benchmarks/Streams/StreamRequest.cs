namespace Gateway.Benchmarks.Streams;

/// <summary>What each stream asks.</summary>
/// <param name="Path">Without the first slash.</param>
/// <param name="Body">JSON.</param>
/// <param name="Headers">Beside the content type.</param>
/// <param name="Marker">As <see cref="StreamDialect.Marker"/>.</param>
internal sealed record StreamRequest(string Path, byte[] Body, IReadOnlyList<(string Name, string Value)> Headers, byte[] Marker);
