namespace Gateway.Forwarding;

/// <summary>
/// Tells when the gateway's patience with its own stopping ends. Until then requests go on, those among them that are read on without their
/// client; afterwards nothing may wait for a provider any more, so that every row is still written and every client is told.
/// </summary>
internal sealed class ForcedStop : IDisposable
{
    private readonly CancellationTokenSource _source = new();

    public CancellationToken Token => _source.Token;

    /// <summary>From now on. As often as one likes.</summary>
    public void Begin() => _source.Cancel();

    public void Dispose() => _source.Dispose();
}
