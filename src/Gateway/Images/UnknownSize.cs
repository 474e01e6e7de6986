namespace Gateway.Images;

/// <summary>
/// Why the size of a remote image stays unknown: for metrics and logs. A client is told only that it is unknown, for a reason would
/// tell it what the gateway sees of a network.
/// </summary>
internal enum UnknownSize
{
    None,

    /// <summary>The catalog's <c>images.fetch.enabled</c> is off.</summary>
    Disabled,

    /// <summary>Not an http(s) URL that all parsers read alike, or one with a user name or password.</summary>
    UrlNotAllowed,

    /// <summary>Neither 80 nor 443.</summary>
    PortNotAllowed,

    /// <summary>Not in <c>allow_hosts</c>, or the name of a metadata service.</summary>
    HostNotAllowed,

    /// <summary>An address of the host is not public.</summary>
    AddressNotPublic,

    NameNotResolved,

    ConnectFailed,

    /// <summary>No TLS session, or a certificate that is not the host's.</summary>
    TlsFailed,

    Timeout,

    /// <summary>Too many images are being asked for; not tried.</summary>
    Busy,

    /// <summary>A status other than 200, 206 or a redirect.</summary>
    HttpStatus,

    /// <summary>More redirects than are followed, one without a target, or one from https to http.</summary>
    RedirectNotAllowed,

    /// <summary>Content in an encoding, though none was asked for.</summary>
    Encoded,

    /// <summary>Not HTTP as it should be: broken off, too large a head, another range than asked for.</summary>
    BrokenAnswer,

    /// <summary>An HTML page: made for browsers, and perhaps for this asker alone.</summary>
    WebPage,

    /// <summary>The content ends before its header does.</summary>
    Incomplete,

    /// <summary>The header is longer than <c>max_header_bytes</c>.</summary>
    HeaderTooLong,

    /// <summary>The images of one request are together larger than it may hold.</summary>
    TooMuchTogether,

    /// <summary>The images of all requests are together larger than they may hold; not for longer than some of them run.</summary>
    NoMemory,

    /// <summary>The gateway's own fault, logged by kind.</summary>
    Failed,
}
