namespace Gateway.Funds;

/// <summary>
/// Renews this node's holds, ends those of nodes that are gone, and gives back late what could not be given back at once. After an outage of the
/// database it renews at the first second, and ends nothing until other nodes have had the time to do so too.
/// </summary>
/// <param name="isSpooling">Whether ledger rows wait for the database: what their requests held is kept until they are there.</param>
internal sealed class HoldKeeper(SharedFunds funds, Func<bool> isSpooling, TimeProvider time) : PeriodicService(Tick, time)
{
    private const int RenewEveryTicks = 20; // A third of a lease, and within Database.SteadyAfter.
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private int _renewIn;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await funds.ReleaseLateAsync();
    }

    protected override async Task RoundAsync(CancellationToken ct)
    {
        await funds.ReleaseLateAsync();
        if (!isSpooling())
        {
            funds.EndSpooled();
        }

        if (--_renewIn <= 0)
        {
            _renewIn = await funds.RenewAndSweepAsync() ? RenewEveryTicks : 1;
        }
    }
}
