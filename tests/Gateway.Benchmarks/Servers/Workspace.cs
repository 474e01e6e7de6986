namespace Gateway.Benchmarks.Servers;

/// <summary>A temporary directory for data, catalogs and logs; gone when it is disposed.</summary>
internal sealed class Workspace : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("gateway-benchmarks-").FullName;

    public string File(string name) => Path.Combine(Root, name);

    public string Folder(string name) => Directory.CreateDirectory(Path.Combine(Root, name)).FullName;

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
