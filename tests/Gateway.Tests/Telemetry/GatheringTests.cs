using Gateway.Telemetry;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Telemetry;

public sealed class GatheringTests
{
    [Fact]
    public void All_that_was_added_before_a_flush_is_taken_once_and_in_order()
    {
        var taken = new List<int>();
        using var numbers = Of(list => taken.AddRange(list));
        for (var i = 0; i < 10_000; i++)
        {
            if (!numbers.TryAdd(i, Below(1_000)))
            {
                numbers.Flush();
                numbers.TryAdd(i, Below(1_000)).ShouldBeTrue();
            }
        }

        numbers.Flush();

        taken.ShouldBe(Enumerable.Range(0, 10_000));
    }

    [Fact]
    public async Task Nothing_is_lost_between_many_who_add_the_thread_and_many_who_flush()
    {
        const int Adders = 8;
        const int Each = 20_000;
        var sum = 0L;
        using (var numbers = Of(list => sum += list.Sum(static number => (long)number)))
        {
            await Task.WhenAll(Enumerable.Range(0, Adders).Select(_ => Task.Run(() =>
            {
                for (var i = 1; i <= Each; i++)
                {
                    while (!numbers.TryAdd(i, Below(500)))
                    {
                        numbers.Flush();
                    }
                }
            })));
        }

        sum.ShouldBe((long)Adders * Each * (Each + 1) / 2);
    }

    [Fact]
    public void What_waits_is_taken_without_being_asked_for_and_before_the_end()
    {
        using var seen = new SemaphoreSlim(0);
        using (var numbers = Of(list => seen.Release(list.Count)))
        {
            numbers.TryAdd(1, Below(10)).ShouldBeTrue();
            seen.Wait(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken).ShouldBeTrue();
            numbers.TryAdd(2, Below(10)).ShouldBeTrue();
        }

        seen.CurrentCount.ShouldBe(1);
    }

    private static Gathering<List<int>> Of(Action<List<int>> take) => new("test", [], [], list =>
    {
        take(list);
        list.Clear();
    });

    private static Func<List<int>, int, bool> Below(int capacity) => (list, number) =>
    {
        if (list.Count >= capacity)
        {
            return false;
        }

        list.Add(number);
        return true;
    };
}
