namespace Gateway.Core.Requests;

/// <summary>Bytes that go into a body as it is sent, and are nowhere in memory before: a stored picture.</summary>
/// <param name="Length">Exactly the bytes that the stream will give.</param>
/// <param name="Open">Opens it at its beginning; may be called again for another attempt.</param>
public sealed record StreamedInsert(long Length, Func<CancellationToken, ValueTask<Stream>> Open);
