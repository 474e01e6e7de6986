namespace Gateway.Storage;

/// <summary>The database cannot be used. The message names the setting, its masked value and the fix.</summary>
internal sealed class StorageUnavailableException(string message, Exception? inner) : Exception(message, inner);
