using Gateway.Core.Callers;

namespace Gateway.Pipeline;

/// <summary>Bounds what is under way at once for one tenant and in all, where no limit of the catalog does.</summary>
/// <param name="mostOfTenant">Of one tenant.</param>
/// <param name="mostOfAll">Of all tenants of this process.</param>
internal sealed class TenantSlots(int mostOfTenant, int mostOfAll)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TenantId, int> _byTenant = [];
    private int _all;

    /// <summary>A slot, to be disposed of at the end; null where there is none just now.</summary>
    public Slot? TryTake(TenantId tenant)
    {
        lock (_gate)
        {
            var taken = _byTenant.GetValueOrDefault(tenant);
            if (_all >= mostOfAll || taken >= mostOfTenant)
            {
                return null;
            }

            _all++;
            _byTenant[tenant] = taken + 1;
            return new Slot(this, tenant);
        }
    }

    private void Leave(TenantId tenant)
    {
        lock (_gate)
        {
            _all--;
            if (--_byTenant[tenant] == 0)
            {
                _byTenant.Remove(tenant);
            }
        }
    }

    internal sealed class Slot(TenantSlots slots, TenantId tenant) : IDisposable
    {
        private bool _left;

        public void Dispose()
        {
            if (!Interlocked.Exchange(ref _left, true))
            {
                slots.Leave(tenant);
            }
        }
    }
}
