namespace Gateway.Core.Requests;

/// <summary>What a request refers to that its provider has stored, and that is not in its body.</summary>
/// <param name="Id">A response's, or an item's of one.</param>
/// <param name="Path">Where the body says so.</param>
/// <param name="IsResponse">Whether it is a response with all that came before it.</param>
public readonly record struct StoredReference(string Id, string Path, bool IsResponse);
