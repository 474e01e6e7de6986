namespace Gateway.Core.Requests.Messages;

/// <summary>An image block's <c>source</c>.</summary>
/// <param name="Object">The whole object.</param>
/// <param name="MediaType">The value of its <c>media_type</c>, quotes included; empty where absent.</param>
public readonly record struct MessagesImage(ByteRange Object, ByteRange MediaType);
