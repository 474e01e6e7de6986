using System.ComponentModel.DataAnnotations;

namespace Gateway.Catalog;

/// <summary>Where the catalog lies. Bound to the section <c>Gateway</c>.</summary>
internal sealed class CatalogOptions
{
    public const string Section = "Gateway";

    /// <summary>A relative path is looked for under the content root first, then beside the program.</summary>
    [Required(AllowEmptyStrings = false, ErrorMessage = "Gateway:CatalogPath is empty. Set it to the catalog file, or leave it out for catalog.json.")]
    public string CatalogPath { get; set; } = "catalog.json";
}
