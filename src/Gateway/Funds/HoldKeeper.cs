namespace Gateway.Funds;

/// <summary>Renews this node's holds, ends those of nodes that are gone, and gives back late what could not be given back at once.</summary>
/// <param name="isSpooling">Whether ledger rows wait for the database: what their requests held is kept until they are there.</param>
internal sealed class HoldKeeper(SharedFunds funds, Func<bool> isSpooling, TimeProvider time) : BackgroundService
{
    private const int RenewEveryTicks = 20; // A third of a lease.
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await funds.ReleaseLateAsync();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, time);
        for (var tick = 0; await timer.WaitForNextTickAsync(stoppingToken); tick++)
        {
            await funds.ReleaseLateAsync();
            if (!isSpooling())
            {
                funds.EndSpooled();
            }

            if (tick % RenewEveryTicks == 0)
            {
                await funds.RenewAndSweepAsync();
            }
        }
    }
}
