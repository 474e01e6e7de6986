namespace Gateway.Core.Requests;

/// <summary>A top-level parameter as it holds upstream: the client's own, or a default of the model card.</summary>
/// <param name="Name">Its name in UTF-8, unescaped.</param>
/// <param name="Json">Its value.</param>
public readonly record struct EffectiveParameter(ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> Json);
