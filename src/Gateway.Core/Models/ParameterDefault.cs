using System.Collections.Immutable;

namespace Gateway.Core.Models;

/// <summary>A top-level parameter that is added where the client gave none.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Json">Its value as JSON in UTF-8.</param>
public sealed record ParameterDefault(string Name, ImmutableArray<byte> Json);
