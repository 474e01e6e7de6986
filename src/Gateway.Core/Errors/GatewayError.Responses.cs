namespace Gateway.Core.Errors;

/// <content>Refusals of the Responses API.</content>
public sealed partial record GatewayError
{
    /// <param name="path">Of the tool.</param>
    /// <param name="type">Its type.</param>
    public static GatewayError HostedTool(string path, string type) => Invalid("unsupported_parameter", path,
        $"Unsupported parameter: '{path}' of the type '{Clip(type)}' is not supported with this model. Supported types of tools are: 'function' and 'custom'.");

    /// <param name="path">Of the item.</param>
    /// <param name="type">Its type.</param>
    public static GatewayError InputItem(string path, string type) => Invalid("invalid_value", path,
        $"Invalid value: '{Clip(type)}'. Supported values are: 'message', 'function_call', 'function_call_output', 'custom_tool_call', 'custom_tool_call_output', 'reasoning' and 'item_reference'.");

    /// <param name="path">Of the field.</param>
    /// <param name="least">The smallest value, inclusive.</param>
    public static GatewayError BelowMinimum(string path, long least, long actual) => Invalid("integer_below_min_value", path,
        $"Invalid '{path}': integer below minimum value. Expected a value >= {least}, but got {actual} instead.");

    public static GatewayError TooManyReferences(int most) => Invalid("too_many_references", "input",
        $"The input refers to more than the {most} stored items allowed in one request. Send the items themselves.");

    /// <param name="id">A response's that never was, that has expired or was deleted, or that is another tenant's.</param>
    public static GatewayError PreviousResponseNotFound(string id) => new(404, ErrorTypes.InvalidRequest, "previous_response_not_found", "previous_response_id",
        $"Previous response with id '{Clip(id)}' not found.");

    public static GatewayError ResponseNotFound(string id) => new(404, ErrorTypes.InvalidRequest, null, "id",
        $"Response with id '{Clip(id)}' not found.");

    public static GatewayError ConversationNotFound(string id) => new(404, ErrorTypes.InvalidRequest, "conversation_not_found", "conversation",
        $"Conversation with id '{Clip(id)}' not found. This gateway keeps no conversations: send the items themselves, or 'previous_response_id'.");

    /// <param name="path">Where the input refers to it.</param>
    public static GatewayError ItemNotFound(string path, string id) => new(404, ErrorTypes.InvalidRequest, "item_not_found", path,
        $"Item with id '{Clip(id)}' not found.");

    /// <param name="path">Where the body refers to what is stored.</param>
    public static GatewayError StoredElsewhere(string path, string model) => Invalid("invalid_value", path,
        $"Invalid value for '{path}': what it refers to is stored where the model `{Clip(model)}` is not served. Use the model of the stored response, or send the items themselves.");
}
