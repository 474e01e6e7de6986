using Gateway.Simulator.Behaviors;

namespace Gateway.Simulator.Wire;

/// <summary>What happens before the status line: holding, waiting, hanging, resetting.</summary>
internal static class Opening
{
    public static ValueTask PassAsync(HttpContext context, Behavior behavior, TimeProvider time, CancellationToken cancellationToken) =>
        behavior.FirstByte is null && behavior.Hold is null && behavior.Hang is null && behavior.Reset is null
            ? ValueTask.CompletedTask
            : WaitAsync(context, behavior, time, cancellationToken);

    private static async ValueTask WaitAsync(
        HttpContext context, Behavior behavior, TimeProvider time, CancellationToken cancellationToken)
    {
        if (behavior is { Hold: { } hold, HoldAfter: null })
        {
            await hold.WaitAsync(cancellationToken);
        }

        if (behavior.FirstByte is { } wait)
        {
            await Task.Delay(wait, time, cancellationToken);
        }

        if (behavior.Hang == true)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
        }

        if (behavior.Reset == true)
        {
            context.Abort();
            throw new ConnectionCutException();
        }
    }
}
