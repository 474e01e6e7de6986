using Gateway.Limits;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Limits;

public sealed class NodeCountTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void More_count_at_once_and_fewer_when_that_has_stood_for_a_while()
    {
        var count = new NodeCount(_clock);
        count.Value.ShouldBe(1);
        count.Saw(3);
        count.Value.ShouldBe(3);

        count.Saw(2);
        _clock.Advance(NodeCount.Silence - TimeSpan.FromMilliseconds(1));
        count.Saw(1);
        count.Value.ShouldBe(3);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        count.Saw(2);

        count.Value.ShouldBe(2);
    }

    [Fact]
    public void Nodes_that_are_heard_again_one_by_one_were_never_gone()
    {
        var count = new NodeCount(_clock);
        count.Saw(3);

        // An outage of an hour, after which Redis knows of nobody.
        _clock.Advance(TimeSpan.FromHours(1));
        count.Saw(1);
        _clock.Advance(TimeSpan.FromSeconds(5));
        count.Saw(2);
        _clock.Advance(TimeSpan.FromSeconds(5));
        count.Saw(3);
        _clock.Advance(TimeSpan.FromSeconds(10));
        count.Saw(2);

        count.Value.ShouldBe(3);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-5, 1)]
    [InlineData(long.MaxValue, int.MaxValue)]
    public void Nonsense_is_brought_into_range(long seen, int value)
    {
        var count = new NodeCount(_clock);

        count.Saw(seen);

        count.Value.ShouldBe(value);
    }
}
