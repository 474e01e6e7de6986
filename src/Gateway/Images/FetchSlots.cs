using Gateway.Core.Callers;
using Microsoft.Extensions.Options;

namespace Gateway.Images;

/// <summary>
/// How many images are asked for at once, per tenant and in all, and how many wait for it. A tenant's images wait for that tenant's own
/// turn first, so that one whose origins hang holds up itself alone.
/// </summary>
internal sealed class FetchSlots(IOptions<ImageFetchOptions> options) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TenantId, TenantTurns> _tenants = [];
    private readonly ImageFetchOptions _options = options.Value;
    private readonly SemaphoreSlim _all = new(options.Value.MaxAtOnce);
    private int _entered;

    /// <summary>Tenants that hold or wait for a slot.</summary>
    public int Tenants
    {
        get
        {
            lock (_gate)
            {
                return _tenants.Count;
            }
        }
    }

    /// <summary>Waits for a slot; null at once where too many wait already.</summary>
    /// <exception cref="OperationCanceledException">The deadline came first.</exception>
    public async ValueTask<FetchSlot?> TakeAsync(TenantId tenant, CancellationToken deadline)
    {
        if (Enter(tenant) is not { } own)
        {
            return null;
        }

        try
        {
            await own.Turns.WaitAsync(deadline);
        }
        catch
        {
            Leave(tenant, own);
            throw;
        }

        try
        {
            await _all.WaitAsync(deadline);
        }
        catch
        {
            own.Turns.Release();
            Leave(tenant, own);
            throw;
        }

        return new FetchSlot(() => Release(tenant, own));
    }

    public void Dispose() => _all.Dispose();

    private void Release(TenantId tenant, TenantTurns own)
    {
        _all.Release();
        own.Turns.Release();
        Leave(tenant, own);
    }

    private TenantTurns? Enter(TenantId tenant)
    {
        lock (_gate)
        {
            if (_entered >= _options.MaxAtOnce + _options.MaxWaiting)
            {
                return null;
            }

            if (!_tenants.TryGetValue(tenant, out var own))
            {
                own = _tenants[tenant] = new TenantTurns(_options.MaxAtOncePerTenant);
            }

            if (own.Entered >= _options.MaxAtOncePerTenant + _options.MaxWaitingPerTenant)
            {
                return null;
            }

            own.Entered++;
            _entered++;
            return own;
        }
    }

    private void Leave(TenantId tenant, TenantTurns own)
    {
        lock (_gate)
        {
            _entered--;
            if (--own.Entered == 0)
            {
                _tenants.Remove(tenant);
                own.Turns.Dispose();
            }
        }
    }

    private sealed class TenantTurns(int atOnce)
    {
        public SemaphoreSlim Turns { get; } = new(atOnce);

        public int Entered { get; set; }
    }
}
