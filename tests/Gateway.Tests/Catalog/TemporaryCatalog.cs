using Gateway.Catalog;

namespace Gateway.Tests.Catalog;

/// <summary>A catalog file of one test, and a store upon it.</summary>
internal sealed class TemporaryCatalog : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("catalog-").FullName;

    public TemporaryCatalog(string text)
    {
        Path = System.IO.Path.Combine(_folder, "catalog.json");
        Write(text);
    }

    public string Path { get; }

    public LogLines<CatalogStore> Log { get; } = new();

    public void Write(string text) => File.WriteAllText(Path, text);

    public CatalogStore Open(CatalogOverlay? overlay = null) =>
        new(new CatalogFile(Path), name => name == "KEY" ? "sk-secret" : null, overlay, Log);

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
