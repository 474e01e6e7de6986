namespace Gateway.Core.Errors;

/// <content>Refusals about one image; each names the part.</content>
public sealed partial record GatewayError
{
    public static GatewayError ImageFormat(string part) => Invalid("invalid_image_format", part,
        $"You uploaded an unsupported image at '{part}'. Please make sure your image has of one the following formats: ['png', 'jpeg', 'gif', 'webp'].");

    public static GatewayError ImageAnimated(string part) => Invalid("invalid_image_format", part,
        $"The image at '{part}' is an animated GIF. Only non-animated GIF is supported.");

    public static GatewayError ImageMimeType(string part) => Invalid("invalid_image_format", part,
        $"Invalid MIME type at '{part}'. Only image types are supported.");

    public static GatewayError ImageBase64(string part) => Invalid("invalid_base64_image", part,
        $"The image at '{part}' is not valid base64.");

    public static GatewayError ImageUrl(string part) => Invalid("invalid_image_url", part,
        $"The image URL at '{part}' is not valid. Expected a data URL (data:image/png;base64,...) or an http or https URL.");

    public static GatewayError ImageTooLarge(string part, long maxBytes) => Invalid("image_too_large", part,
        $"The image at '{part}' is larger than the {maxBytes / (1024 * 1024)} MB allowed for one image.");

    public static GatewayError ImageUnreadable(string part) => Invalid("image_parse_error", part,
        $"The image at '{part}' cannot be read: its header is damaged or incomplete.");

    public static GatewayError ImageEmpty(string part) => Invalid("empty_image_file", part,
        $"The image at '{part}' is empty.");

    public static GatewayError ImageSizeUnknown(string part) => Invalid("invalid_image_url", part,
        $"The size of the image at '{part}' could not be learnt from its URL, and this gateway takes no image of unknown size. Send it as a data URL, or upload it and send its file id.");

    public static GatewayError ImageFileNotFound(string part, string id) => new(404, ErrorTypes.InvalidRequest, "image_file_not_found", part,
        $"No such File object: {Clip(id)}. Upload it to /v1/files with a key of the same tenant.");

    /// <summary>The provider takes pictures along with the request alone, and this one could not be had. Why is not told: it would tell what the gateway sees of a network.</summary>
    public static GatewayError ImageNotFetched(string part) => Invalid("invalid_image_url", part,
        $"The image at '{part}' could not be downloaded from its URL. Send it as a data URL, or upload it and send its file id.");

    /// <param name="maxBytes">The most bytes of all images behind URLs of one request.</param>
    public static GatewayError ImagesTooLarge(string part, long maxBytes) => Invalid("image_too_large", part,
        $"The image at '{part}' and those before it are together larger than the {maxBytes / (1024 * 1024)} MB that this gateway downloads for one request. Send fewer, or smaller ones.");

    /// <param name="format">The image's.</param>
    /// <param name="supported">What the model takes, quoted and listed.</param>
    public static GatewayError ImageFormatUnsupported(string part, string format, string supported) => Invalid("invalid_image_format", part,
        $"The image at '{part}' is a {format}, which this model does not take. Supported formats are: {supported}.");

    /// <param name="message">The message's path.</param>
    public static GatewayError ImageRole(string message, string role) => Invalid("invalid_value", message,
        $"Invalid '{message}'. With this model images are only allowed for messages with the role 'user' or 'assistant', but this message with the role '{role}' contains one.");

    /// <param name="list">Where they stand: <c>messages</c>, <c>input</c>.</param>
    public static GatewayError TooManyImages(int most, string list = "messages") => Invalid("too_many_images", list,
        $"The request holds more than the {most} images allowed in one request.");

    /// <param name="content">The part's type: <c>image_url</c>, <c>input_audio</c>, <c>file</c>.</param>
    public static GatewayError ContentUnsupported(string part, string content) => Invalid("invalid_content_type", part,
        $"Invalid content type at '{part}'. {content} is only supported by certain models.");

    /// <summary>The model knows low, high and auto alone.</summary>
    /// <param name="param">The path of the field: <c>messages[0].content[1].image_url.detail</c>.</param>
    /// <param name="detail">What was asked for: <c>original</c>.</param>
    public static GatewayError ImageDetailUnsupported(string param, string detail) => Invalid("invalid_value", param,
        $"Invalid value: '{detail}'. This model does not support that detail. Supported values are: 'low', 'high' and 'auto'.");

    /// <summary>An image that the model would refuse for its size, after its own scaling.</summary>
    /// <param name="part">The part's path.</param>
    /// <param name="patches">How many the image needs.</param>
    /// <param name="most">How many the model takes, inclusive.</param>
    public static GatewayError ImageTooManyPatches(string part, int patches, int most) => Invalid("image_too_large", part,
        $"The image at '{part}' requires {patches} patches after processing, exceeding the limit of {most}. Make it smaller, or ask for a lower detail.");
}
