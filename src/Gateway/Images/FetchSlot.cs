namespace Gateway.Images;

/// <summary>One of the <see cref="FetchSlots"/>, held until disposed; a second time does nothing.</summary>
internal sealed class FetchSlot(Action release) : IDisposable
{
    private Action? _release = release;

    public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
}
