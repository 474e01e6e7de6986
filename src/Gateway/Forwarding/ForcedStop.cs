namespace Gateway.Forwarding;

/// <summary>
/// Tells when the host's patience with its own stopping ends. Until then requests go on, those among them that are read on without their
/// client; afterwards nothing may wait for a provider any more, so that every row is still written.
/// </summary>
internal sealed class ForcedStop : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private CancellationTokenRegistration _patience;

    public CancellationToken Token => _source.Token;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Before the server stops taking connections, and with the token that ends the stop.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        _patience = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _patience.Dispose();
        _source.Dispose();
    }
}
