namespace Gateway.Core.Errors;

/// <content>Refusals about who asks, and for what path or model.</content>
public sealed partial record GatewayError
{
    public static GatewayError MissingKey() => new(401, ErrorTypes.InvalidRequest, null, null,
        "You didn't provide an API key. Provide it in an Authorization header using Bearer auth (Authorization: Bearer YOUR_KEY).");

    public static GatewayError TwoKeys() => new(401, ErrorTypes.InvalidRequest, "invalid_api_key", null,
        "Two API keys that differ were provided, one in x-api-key and one in the Authorization header. Provide one of them.");

    /// <param name="masked">The presented key with all but its first and last characters masked.</param>
    public static GatewayError InvalidKey(string masked) => new(401, ErrorTypes.InvalidRequest, "invalid_api_key", null,
        $"Incorrect API key provided: {masked}. Ask the operator of this gateway for a key.");

    public static GatewayError ExpiredKey() => new(401, ErrorTypes.InvalidRequest, "expired_api_key", null,
        "This API key has expired. Ask the operator of this gateway for a new one.");

    /// <param name="seconds">Until another bad key is judged.</param>
    public static GatewayError TooManyBadKeys(int seconds) => new(429, ErrorTypes.Requests, "too_many_invalid_keys", null,
        $"Too many requests with keys that are not valid came from your address. Requests with a valid key are served; others are judged again in {seconds} s.")
    {
        Retry = RetryAdvice.After,
        RetryAfter = TimeSpan.FromSeconds(seconds),
    };

    /// <param name="address">Where the request came from, or null where nobody knows.</param>
    public static GatewayError AddressNotAllowed(string? address) => new(403, ErrorTypes.InvalidRequest, "ip_not_authorized", null,
        $"This API key may not be used from {address ?? "an unknown address"}. Ask the operator of this gateway to add the address to the key's allowed_ips.");

    public static GatewayError KeyRevoked(string id) => new(409, ErrorTypes.InvalidRequest, "key_revoked", null,
        $"The key '{Clip(id)}' has been revoked and cannot be changed any more. Make a new one.");

    /// <param name="least">The least role that may.</param>
    public static GatewayError RoleTooLow(string least) => new(403, ErrorTypes.InvalidRequest, "insufficient_permissions", null,
        $"This needs the role '{least}'.");

    /// <param name="path">Of the field that is not for this role.</param>
    /// <param name="reason">Why, as a sentence.</param>
    public static GatewayError FieldForbidden(string path, string reason) => new(403, ErrorTypes.InvalidRequest, "insufficient_permissions", path, reason);

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
