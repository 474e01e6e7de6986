namespace Gateway.Files;

/// <summary>Files in the order asked for, and whether more follow.</summary>
internal sealed record FilePage(IReadOnlyList<StoredFile> Files, bool HasMore);
