namespace Gateway.Catalog;

/// <summary>Where the catalog lies. Bound to the section <c>Gateway</c>.</summary>
internal sealed class CatalogOptions
{
    public const string Section = "Gateway";

    /// <summary>A relative path is looked for under the content root first, then beside the program.</summary>
    public string CatalogPath { get; set; } = "catalog.json";
}
