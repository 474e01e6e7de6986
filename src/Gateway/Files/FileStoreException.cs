namespace Gateway.Files;

/// <summary>The store of files' bytes failed: no space, no database, a blob that is gone. Never the client's fault.</summary>
internal sealed class FileStoreException(string message, Exception? inner) : IOException(message, inner);
