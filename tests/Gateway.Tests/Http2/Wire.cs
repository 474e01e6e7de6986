namespace Gateway.Tests.Http2;

/// <summary>How an endpoint is spoken to. The names are those of the endpoints in docs/operations.md, in the order in which Kestrel takes them.</summary>
public enum Wire
{
    /// <summary>Without TLS, HTTP/2 alone.</summary>
    Cleartext,

    /// <summary>Without TLS, HTTP/1.1.</summary>
    Plain,

    /// <summary>With TLS, which of the two ALPN decides.</summary>
    Tls,
}
