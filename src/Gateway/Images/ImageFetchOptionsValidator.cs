using Microsoft.Extensions.Options;

namespace Gateway.Images;

[OptionsValidator]
internal sealed partial class ImageFetchOptionsValidator : IValidateOptions<ImageFetchOptions>;
