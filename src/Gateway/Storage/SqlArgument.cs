namespace Gateway.Storage;

/// <summary>A value for a named place in a statement; values never become part of its text.</summary>
internal readonly record struct SqlArgument(string Name, object? Value);
