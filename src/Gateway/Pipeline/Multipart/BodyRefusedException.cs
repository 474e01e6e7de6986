using Gateway.Core.Errors;

namespace Gateway.Pipeline.Multipart;

/// <summary>Carries a refusal out through the framework's multipart reader, which knows no other way.</summary>
internal sealed class BodyRefusedException(GatewayError error, Exception? cause = null) : Exception(error.Message, cause)
{
    public GatewayError Error => error;
}
