namespace Gateway.Limits;

/// <summary>How many requests of a scope run in this process. Guarded by the lock of its tenant.</summary>
internal sealed class LeaseCount
{
    public long Held { get; set; }
}
