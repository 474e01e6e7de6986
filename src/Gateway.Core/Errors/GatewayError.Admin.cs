namespace Gateway.Core.Errors;

/// <content>Refusals of the admin API alone.</content>
public sealed partial record GatewayError
{
    /// <summary>A field that the contract has and this gateway does not enforce: taking it in silence would promise what does not hold.</summary>
    public static GatewayError NotEnforced(string path, string instead) => Invalid("unsupported_parameter", path,
        $"Unsupported parameter: '{path}' is not supported by this gateway. {instead}");

    /// <param name="header">Of the key.</param>
    public static GatewayError CreditConflict(string header) => new(409, ErrorTypes.InvalidRequest, "idempotency_key_reused", header,
        $"This {header} stands for another credit of this tenant already. Use a new key for a new credit; the same key repeats the same one.");
}
