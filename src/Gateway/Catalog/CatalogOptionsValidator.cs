using Microsoft.Extensions.Options;

namespace Gateway.Catalog;

/// <summary>Checks <see cref="CatalogOptions"/> by its attributes.</summary>
[OptionsValidator]
internal sealed partial class CatalogOptionsValidator : IValidateOptions<CatalogOptions>;
