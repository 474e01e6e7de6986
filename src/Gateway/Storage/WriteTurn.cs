namespace Gateway.Storage;

/// <summary>The turn to write, which ends with it. Where everybody may write at once there is nothing to end.</summary>
internal readonly struct WriteTurn(SemaphoreSlim? turn) : IDisposable
{
    public void Dispose() => turn?.Release();
}
