namespace Gateway.Tests.Http2;

/// <summary>How an endpoint is spoken to, in the order in which <see cref="Http2Test"/> has them.</summary>
public enum Wire
{
    /// <summary>Without TLS, HTTP/1.1.</summary>
    Plain,

    /// <summary>Without TLS, HTTP/2 alone.</summary>
    Cleartext,

    /// <summary>With TLS, which of the two ALPN decides.</summary>
    Tls,
}
