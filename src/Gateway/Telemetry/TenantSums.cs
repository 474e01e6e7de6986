using System.Runtime.InteropServices;

namespace Gateway.Telemetry;

/// <summary>What one tenant, or all that are not named, asked for and used. Under the lock of <see cref="TenantTraffic"/>.</summary>
internal sealed class TenantSums
{
    /// <summary>By outcome and status.</summary>
    public Dictionary<(string Outcome, int Status), long> Requests { get; } = [];

    /// <summary>Nano-dollars by the model's id in the catalog. <see cref="Int128"/> never overflows here; it leaves as a double.</summary>
    public Dictionary<string, Int128> Cost { get; } = new(StringComparer.Ordinal);

    public long InputTokens { get; set; }

    public long OutputTokens { get; set; }

    public void AddRequest(string outcome, int status, long count) =>
        CollectionsMarshal.GetValueRefOrAddDefault(Requests, (outcome, status), out _) += count;

    public void AddCost(string model, Int128 nanoUsd) => CollectionsMarshal.GetValueRefOrAddDefault(Cost, model, out _) += nanoUsd;

    /// <summary>Takes over all that another one counted.</summary>
    public void Take(TenantSums from)
    {
        foreach (var ((outcome, status), count) in from.Requests)
        {
            AddRequest(outcome, status, count);
        }

        foreach (var (model, nanoUsd) in from.Cost)
        {
            AddCost(model, nanoUsd);
        }

        InputTokens += from.InputTokens;
        OutputTokens += from.OutputTokens;
    }
}
