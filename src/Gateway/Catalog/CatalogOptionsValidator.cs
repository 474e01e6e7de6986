using Microsoft.Extensions.Options;

namespace Gateway.Catalog;

internal sealed class CatalogOptionsValidator : IValidateOptions<CatalogOptions>
{
    public ValidateOptionsResult Validate(string? name, CatalogOptions options) =>
        string.IsNullOrWhiteSpace(options.CatalogPath)
            ? ValidateOptionsResult.Fail($"{CatalogOptions.Section}:{nameof(CatalogOptions.CatalogPath)} is '{options.CatalogPath}'. Set it to the catalog file, or leave it out for catalog.json.")
            : ValidateOptionsResult.Success;
}
