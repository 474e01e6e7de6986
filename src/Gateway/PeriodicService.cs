namespace Gateway;

/// <summary>Work that is done again and again, one round after the other, until the host stops. What a round throws ends it, and the host with it.</summary>
/// <param name="interval">From the start of one round to that of the next. Rounds that take longer are not made up for.</param>
/// <param name="time">The clock of the rounds.</param>
/// <param name="atOnce">Whether the first comes at the start, not after one interval.</param>
internal abstract class PeriodicService(TimeSpan interval, TimeProvider time, bool atOnce = false) : BackgroundService
{
    protected TimeProvider Time { get; } = time;

    protected abstract Task RoundAsync(CancellationToken ct);

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, Time);
        if (atOnce)
        {
            await RoundAsync(stoppingToken);
        }

        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await RoundAsync(stoppingToken);
        }
    }
}
