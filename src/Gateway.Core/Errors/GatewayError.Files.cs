namespace Gateway.Core.Errors;

/// <content>Refusals about uploaded files.</content>
public sealed partial record GatewayError
{
    /// <summary>Also of a file that has expired, and of another tenant's: they cannot be told apart.</summary>
    public static GatewayError FileNotFound(string id) => new(404, ErrorTypes.InvalidRequest, null, "id",
        $"No such File object: {Clip(id)}");

    /// <param name="maxBytes">The most bytes of one file.</param>
    public static GatewayError FileTooLarge(long maxBytes) => new(413, ErrorTypes.InvalidRequest, "image_file_too_large", "file",
        $"The file is larger than the {maxBytes} bytes allowed for one image.");

    /// <param name="used">Bytes of the tenant's files so far.</param>
    /// <param name="requested">Bytes of the file that does not fit.</param>
    /// <param name="most">The most bytes of all files of a tenant.</param>
    public static GatewayError FileBytesExhausted(long used, long requested, long most) => Invalid("file_storage_quota_exceeded", "file",
        $"Your files may hold {most} bytes together: {used} are used and this file has {requested}. Delete files that you no longer need, or upload with expires_after.");

    /// <param name="most">The most files of a tenant.</param>
    public static GatewayError FilesExhausted(long most) => Invalid("file_count_quota_exceeded", "file",
        $"You have the {most} files that you may have. Delete files that you no longer need, or upload with expires_after.");

    public static GatewayError MultipartRequired() => new(415, ErrorTypes.InvalidRequest, "unsupported_content_type", null,
        "Files are uploaded as multipart/form-data, with the parts 'file' and 'purpose'.");

    /// <param name="reason">A clause that says what is wrong, without a full stop.</param>
    public static GatewayError InvalidMultipart(string reason) => Invalid(null, null,
        $"We could not parse the multipart body of your request: {reason}.");

    /// <summary>The gateway's own disk is full, or fails.</summary>
    public static GatewayError UploadNotStored() => new(503, ErrorTypes.ServiceUnavailable, "storage_unavailable", null,
        "The gateway has no room for a body of this size just now. Please try again shortly.")
    {
        Retry = RetryAdvice.After,
        RetryAfter = TimeSpan.FromSeconds(5),
    };

    public static GatewayError FormRequired() => new(415, ErrorTypes.InvalidRequest, "unsupported_content_type", null,
        "This endpoint takes multipart/form-data. Set the Content-Type that your body has.");

    /// <param name="most">The most parts of one body.</param>
    public static GatewayError TooManyParts(int most) => Invalid("too_many_parts", null,
        $"The multipart body has more than the {most} parts allowed in one request.");

    public static GatewayError FileStoreUnavailable() => new(503, ErrorTypes.ServiceUnavailable, "storage_unavailable", null,
        "The gateway cannot reach its stored files just now. Please try again shortly.")
    {
        Retry = RetryAdvice.After,
        RetryAfter = TimeSpan.FromSeconds(2),
    };
}
