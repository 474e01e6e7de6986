namespace Gateway.Catalog;

/// <summary>The catalog's file on disk.</summary>
/// <param name="path">Absolute; a relative path is resolved by <see cref="Find"/>.</param>
internal sealed class CatalogFile(string path)
{
    // A file larger than this is a mistake, and would be read every second.
    private const long LargestBytes = 16 * 1024 * 1024;

    public string Path { get; } = path;

    /// <summary>A relative path is looked for under the first of the folders that has the file; where none has, the first is meant.</summary>
    public static CatalogFile Find(string path, params ReadOnlySpan<string> folders)
    {
        foreach (var folder in folders)
        {
            var candidate = System.IO.Path.GetFullPath(path, folder);
            if (File.Exists(candidate))
            {
                return new CatalogFile(candidate);
            }
        }

        return new CatalogFile(System.IO.Path.GetFullPath(path, folders[0]));
    }

    /// <exception cref="IOException">It is not there, cannot be read, or is too large.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not read it.</exception>
    public byte[] ReadAll()
    {
        using var stream = File.OpenRead(Path);
        if (stream.Length > LargestBytes)
        {
            throw new IOException($"It has {stream.Length} bytes; {LargestBytes} are allowed.");
        }

        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
