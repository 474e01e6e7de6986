using Gateway.Core.Callers;

namespace Gateway.Pipeline;

/// <summary>Bounds the uploads under way: what they have sent so far lies in the store and counts in no quota yet.</summary>
internal sealed class UploadSlots
{
    public const int MostOfTenant = 32;

    private const int MostOfAll = 256;
    private readonly Lock _gate = new();
    private readonly Dictionary<TenantId, int> _byTenant = [];
    private int _all;

    /// <summary>A slot, to be disposed of when the upload ends; null where there is none just now.</summary>
    public Slot? TryTake(TenantId tenant)
    {
        lock (_gate)
        {
            var taken = _byTenant.GetValueOrDefault(tenant);
            if (_all >= MostOfAll || taken >= MostOfTenant)
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

    internal sealed class Slot(UploadSlots slots, TenantId tenant) : IDisposable
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
