namespace Gateway.Core.Errors;

/// <content>Refusals about the body of a request.</content>
public sealed partial record GatewayError
{
    public static GatewayError InvalidJson() => Invalid(null, null,
        "We could not parse the JSON body of your request. (HINT: the body must be one JSON object in UTF-8, with Content-Type: application/json.)");

    public static GatewayError InvalidUtf8() => Invalid(null, null,
        "We could not parse the JSON body of your request: it is not valid UTF-8.");

    public static GatewayError TooDeep(int maxDepth) => Invalid(null, null,
        $"The JSON body of your request is nested deeper than {maxDepth} levels.");

    /// <param name="least">What the object must have, quoted and listed.</param>
    public static GatewayError EmptyBody(string least = "'model' and 'messages'") => Invalid(null, null,
        $"The body of your request is empty. Send a JSON object with at least {least}.");

    public static GatewayError BodyNotObject(string actual) => Invalid("invalid_type", null,
        $"Invalid type for the body of your request: expected a JSON object, but got {actual} instead.");

    public static GatewayError EmptyArray(string path) => Invalid("empty_array", path,
        $"Invalid '{path}': empty array. Expected an array with minimum length 1, but got an empty array instead.");

    public static GatewayError ArrayTooLong(string path, int most) => Invalid("array_above_max_length", path,
        $"Invalid '{path}': array too long. Expected an array with maximum length {most}.");

    public static GatewayError MissingParameter(string path) => Invalid("missing_required_parameter", path,
        $"Missing required parameter: '{path}'.");

    public static GatewayError UnknownParameter(string path) => Invalid("unknown_parameter", path,
        $"Unknown parameter: '{path}'.");

    public static GatewayError UnsupportedParameter(string path) => Invalid("unsupported_parameter", path,
        $"Unsupported parameter: '{path}' is not supported with this model.");

    /// <param name="model">As the client named it.</param>
    /// <param name="endpoint">The path that none of its deployments serves.</param>
    public static GatewayError EndpointUnsupported(string model, string endpoint) => Invalid("unsupported_parameter", "model",
        $"The model `{Clip(model)}` does not serve {endpoint}. GET /v1/models lists the models; use one that does.");

    public static GatewayError InvalidType(string path, string expected, string actual) => Invalid("invalid_type", path,
        $"Invalid type for '{path}': expected {expected}, but got {actual} instead.");

    public static GatewayError InvalidValue(string path, string rule) => Invalid("invalid_value", path,
        $"Invalid value for '{path}': {rule}");

    public static GatewayError StringTooLong(string path, int most, int actual) => Invalid("string_above_max_length", path,
        $"Invalid '{path}': string too long. Expected a string with maximum length {most}, but got a string with length {actual} instead.");

    public static GatewayError TooManyProperties(string path, int most) => Invalid("object_above_max_properties", path,
        $"Invalid '{path}': too many properties. Expected an object with at most {most} properties.");

    public static GatewayError DuplicateKey(string path) => Invalid("duplicate_parameter", path,
        $"The parameter '{path}' is given more than once. Give it once.");

    public static GatewayError TooManyParameters(int most) => Invalid("too_many_parameters", null,
        $"The body has more than {most} top-level parameters.");

    public static GatewayError BodyTooLarge(long maxBytes) => new(413, ErrorTypes.InvalidRequest, "request_too_large", null,
        $"The body of your request is larger than the {maxBytes} bytes allowed here.");

    public static GatewayError BodyTimedOut() => new(408, ErrorTypes.InvalidRequest, "request_timeout", null,
        "The body of your request arrived too slowly.");

    public static GatewayError BadRequest(int status, string message) => new(status, ErrorTypes.InvalidRequest, null, null, message);

    /// <param name="encoding">As the client named it.</param>
    /// <param name="fix">What to send instead, as a sentence.</param>
    public static GatewayError UnsupportedEncoding(string encoding, string fix) => new(415, ErrorTypes.InvalidRequest, "unsupported_content_encoding", null,
        $"The content encoding '{Clip(encoding)}' is not supported. {fix}");

    /// <param name="encoding">As the client named it.</param>
    /// <param name="reason">A clause that says what is wrong.</param>
    public static GatewayError BadEncoding(string encoding, string reason) => Invalid("invalid_content_encoding", null,
        $"The body of your request is not what the content encoding '{Clip(encoding)}' says: {Clip(reason)}");

    public static GatewayError ContextTooLong(string path, long contextWindow, long promptTokens) => Invalid("context_length_exceeded", path,
        $"This model's maximum context length is {contextWindow} tokens. However, your {path} resulted in about {promptTokens} tokens. Please reduce the length of the {path}.");
}
