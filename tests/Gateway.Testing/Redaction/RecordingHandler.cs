namespace Gateway.Testing.Redaction;

/// <summary>On a client's way to a gateway: takes down what it says, and what it is told where that is an error.</summary>
public sealed class RecordingHandler : DelegatingHandler
{
    public RecordingHandler()
        : base(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false })
    {
    }

    /// <summary>A client whose requests take as long as they like.</summary>
    public static HttpClient NewClient() => new(new RecordingHandler()) { Timeout = Timeout.InfiniteTimeSpan };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (RunEvidence.Current is not { } evidence)
        {
            return await base.SendAsync(request, cancellationToken);
        }

        if (request.Content is { Headers.ContentType.MediaType: "application/json" } content)
        {
            await content.LoadIntoBufferAsync(cancellationToken);
            evidence.Secrets.Said(await content.ReadAsByteArrayAsync(cancellationToken));
        }

        var answer = await base.SendAsync(request, cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            await answer.Content.LoadIntoBufferAsync(cancellationToken);
            evidence.ErrorOf(request.RequestUri, await answer.Content.ReadAsByteArrayAsync(cancellationToken));
        }

        return answer;
    }
}
