namespace Gateway.Images;

/// <summary>One of the <see cref="FetchSlots"/>, held until disposed; a second time does nothing.</summary>
internal sealed class FetchSlot(Action release) : IDisposable
{
    private Action? _release = release;

    public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();

    /// <summary>Releases it when the lookup has ended: one that nobody waits for still holds its thread, and so its slot.</summary>
    public void ReleaseAfter(Task lookup) => _ = lookup.ContinueWith(
        static (ended, slot) =>
        {
            _ = ended.Exception;
            ((FetchSlot)slot!).Dispose();
        },
        this,
        CancellationToken.None,
        TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);
}
