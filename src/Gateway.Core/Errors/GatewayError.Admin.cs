namespace Gateway.Core.Errors;

/// <content>Refusals of the admin API alone.</content>
public sealed partial record GatewayError
{
    /// <summary>A field that the contract has and this gateway does not enforce: taking it in silence would promise what does not hold.</summary>
    public static GatewayError NotEnforced(string path, string instead) => Invalid("unsupported_parameter", path,
        $"Unsupported parameter: '{path}' is not supported by this gateway. {instead}");
}
