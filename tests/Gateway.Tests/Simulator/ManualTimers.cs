using System.Threading.Channels;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Simulator;

/// <summary>A clock whose timers fire only when a test takes them.</summary>
internal sealed class ManualTimers : TimeProvider
{
    private readonly Channel<(TimeSpan Due, Action Fire)> _timers = Channel.CreateUnbounded<(TimeSpan, Action)>();

    /// <summary>Waits for the next timer to be set.</summary>
    public ValueTask<(TimeSpan Due, Action Fire)> NextAsync() => _timers.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _timers.Writer.TryWrite((dueTime, () => callback(state))).ShouldBeTrue();
        return new Timer();
    }

    private sealed class Timer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
