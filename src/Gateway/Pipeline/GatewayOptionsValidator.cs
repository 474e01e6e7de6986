using Microsoft.Extensions.Options;

namespace Gateway.Pipeline;

[OptionsValidator]
internal sealed partial class GatewayOptionsValidator : IValidateOptions<GatewayOptions>;
