namespace Gateway.Catalog;

/// <summary>Has the store look at its file each second. Polled, as file-system events do not cross network drives and swapped links.</summary>
internal sealed class CatalogWatcher(CatalogStore catalog, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                catalog.CheckFile();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }
}
