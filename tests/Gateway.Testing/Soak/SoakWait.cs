namespace Gateway.Testing.Soak;

/// <summary>Waits for what other processes do.</summary>
internal static class SoakWait
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    /// <exception cref="TimeoutException">It did not come to be; the message holds <paramref name="what"/>.</exception>
    public static async Task UntilAsync(string what, Func<ValueTask<bool>> condition, TimeSpan atMost, CancellationToken ct)
    {
        var began = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(LookEvery, TimeProvider.System);
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(began) > atMost)
            {
                throw new TimeoutException($"After {atMost.TotalSeconds:F0} s still not: {what}.");
            }

            await timer.WaitForNextTickAsync(ct);
        }
    }

    /// <inheritdoc cref="UntilAsync(string,Func{ValueTask{bool}},TimeSpan,CancellationToken)"/>
    public static Task UntilAsync(string what, Func<bool> condition, TimeSpan atMost, CancellationToken ct) =>
        UntilAsync(what, () => ValueTask.FromResult(condition()), atMost, ct);
}
