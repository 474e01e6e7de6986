namespace Gateway.Catalog;

/// <summary>Has the store look at its file each second. Polled, as file-system events do not cross network drives and swapped links.</summary>
internal sealed class CatalogWatcher(CatalogStore catalog, TimeProvider time) : PeriodicService(Period, time)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    protected override Task RoundAsync(CancellationToken ct)
    {
        catalog.CheckFile();
        return Task.CompletedTask;
    }
}
