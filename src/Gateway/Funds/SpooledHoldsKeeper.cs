namespace Gateway.Funds;

/// <summary>Ends the holds of spooled rows once the ledger has caught up.</summary>
/// <param name="isSpooling">Whether rows wait for the database.</param>
internal sealed class SpooledHoldsKeeper(SpooledHolds spooled, IHolds holds, Func<bool> isSpooling, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (!isSpooling())
            {
                await spooled.EndAllAsync(holds);
            }
        }
    }
}
