namespace Gateway.Core.Errors;

/// <content>Refusals about who asks, and for what path or model.</content>
public sealed partial record GatewayError
{
    public static GatewayError MissingKey() => new(401, ErrorTypes.InvalidRequest, null, null,
        "You didn't provide an API key. Provide it in an Authorization header using Bearer auth (Authorization: Bearer YOUR_KEY).");

    /// <param name="masked">The presented key with all but its first and last characters masked.</param>
    public static GatewayError InvalidKey(string masked) => new(401, ErrorTypes.InvalidRequest, "invalid_api_key", null,
        $"Incorrect API key provided: {masked}. Ask the operator of this gateway for a key.");

    public static GatewayError ExpiredKey() => new(401, ErrorTypes.InvalidRequest, "expired_api_key", null,
        "This API key has expired. Ask the operator of this gateway for a new one.");

    public static GatewayError AdminKeyRequired() => new(401, ErrorTypes.InvalidRequest, "invalid_api_key", null,
        "The admin API needs the admin key in an Authorization header using Bearer auth.");

    public static GatewayError AdminForbidden() => new(403, ErrorTypes.InvalidRequest, "insufficient_permissions", null,
        "This key has no role on the admin API.");

    public static GatewayError UnknownModel(string model) => new(404, ErrorTypes.InvalidRequest, "model_not_found", "model",
        $"The model `{Clip(model)}` does not exist or you do not have access to it.");

    public static GatewayError ModelComingSoon(string model) => new(404, ErrorTypes.InvalidRequest, "model_not_available", "model",
        $"The model `{Clip(model)}` is announced and not available yet.");

    public static GatewayError UnknownUrl(string method, string path) => new(404, ErrorTypes.InvalidRequest, null, null,
        $"Invalid URL ({method} {Clip(path)})");

    public static GatewayError MethodNotAllowed(string method, string path) => new(405, ErrorTypes.InvalidRequest, "method_not_supported", null,
        $"Not allowed to {method} on {Clip(path)}.");

    public static GatewayError NotFound(string what, string id) => new(404, ErrorTypes.InvalidRequest, "not_found", null,
        $"No such {what}: '{Clip(id)}'.");

    private static string Clip(string value) => value.Length <= 128 ? value : string.Concat(value.AsSpan(0, 128), "...");
}
