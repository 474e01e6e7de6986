using Gateway.Core.Models;
using Gateway.Forwarding;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Forwarding;

public sealed class UpstreamDeadlineTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void Wait_for_the_first_byte_then_each_pause_and_the_total_end_it()
    {
        using var deadline = Begin();

        _clock.Advance(Seconds(19));
        deadline.Progress(first: true);
        _clock.Advance(Seconds(9));
        deadline.Progress(first: false);
        deadline.HasPassed.ShouldBeFalse();
        _clock.Advance(Seconds(10));

        (deadline.HasPassed, deadline.IsStopped).ShouldBe((true, false));
    }

    [Fact]
    public void End_of_its_own_comes_before_the_models_and_is_not_put_off_by_progress()
    {
        using var deadline = Begin();

        deadline.EndWithin(Seconds(15));
        _clock.Advance(Seconds(8));
        deadline.Progress(first: true);
        _clock.Advance(Seconds(6.9));
        deadline.Progress(first: false);
        deadline.HasPassed.ShouldBeFalse();
        _clock.Advance(Seconds(0.1));

        (deadline.HasPassed, deadline.IsStopped).ShouldBe((true, true));
    }

    [Fact]
    public void End_of_its_own_puts_off_none_of_the_models()
    {
        using var deadline = Begin();

        deadline.EndWithin(Seconds(60));
        _clock.Advance(Seconds(20));

        (deadline.HasPassed, deadline.IsStopped).ShouldBe((true, false));
    }

    [Fact]
    public void End_of_its_own_holds_while_a_client_is_waited_for()
    {
        using var deadline = Begin();

        deadline.Progress(first: true);
        deadline.Pause();
        deadline.EndWithin(Seconds(5));
        _clock.Advance(Seconds(5));

        (deadline.HasPassed, deadline.IsStopped).ShouldBe((true, true));
    }

    [Fact]
    public void Stop_ends_it_at_once_and_as_often_as_one_likes()
    {
        using var deadline = Begin();

        deadline.Stop();
        deadline.Stop();

        (deadline.HasPassed, deadline.IsStopped).ShouldBe((true, true));
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private UpstreamDeadline Begin() => new(new Timeouts { FirstByte = Seconds(20), Idle = Seconds(10), Total = Seconds(100) }, _clock);
}
