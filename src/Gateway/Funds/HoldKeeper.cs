namespace Gateway.Funds;

/// <summary>
/// Renews this node's holds, ends those of nodes that are gone, and gives back late what could not be given back at once. After an outage of the
/// database it renews at the first second, and ends nothing until other nodes have had the time to do so too.
/// </summary>
/// <param name="isSpooling">Whether ledger rows wait for the database: what their requests held is kept until they are there.</param>
internal sealed class HoldKeeper(SharedFunds funds, Func<bool> isSpooling, TimeProvider time) : BackgroundService
{
    private const int RenewEveryTicks = 20; // A third of a lease, and within Database.SteadyAfter.
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await funds.ReleaseLateAsync();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, time);
        var renewIn = 0;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await funds.ReleaseLateAsync();
            if (!isSpooling())
            {
                funds.EndSpooled();
            }

            if (--renewIn <= 0)
            {
                renewIn = await funds.RenewAndSweepAsync() ? RenewEveryTicks : 1;
            }
        }
    }
}
