using System.Collections.Concurrent;

namespace Gateway.Funds;

/// <summary>Holds of requests whose rows wait for the database.</summary>
internal sealed class SpooledHolds
{
    private readonly ConcurrentQueue<HeldFunds> _holds = new();

    public void Add(in HeldFunds held) => _holds.Enqueue(held);

    /// <summary>Ends all that are there now. To be called when no row waits any more.</summary>
    public async ValueTask EndAllAsync(IHolds holds)
    {
        for (var count = _holds.Count; count > 0 && _holds.TryDequeue(out var held); count--)
        {
            await holds.EndAsync(held, HoldEnd.Committed);
        }
    }
}
