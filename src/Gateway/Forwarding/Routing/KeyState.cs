using Gateway.Core.Dialects;

namespace Gateway.Forwarding.Routing;

/// <summary>One key of one provider, and until when it is set aside everywhere.</summary>
internal sealed class KeyState(ProviderCredential credential)
{
    private long _asideUntil = long.MinValue;

    public ProviderCredential Credential { get; } = credential;

    /// <summary>As a timestamp of the clock.</summary>
    public long AsideUntil => Volatile.Read(ref _asideUntil);

    public void SetAside(long until) => Volatile.Write(ref _asideUntil, until);
}
