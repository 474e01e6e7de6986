using Gateway.Backends.Tests.Limits;
using Gateway.Backends.Tests.Storage;
using Gateway.Keys;
using Gateway.Storage;
using Gateway.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Keys;

/// <summary>What the promise rests on that every node knows of a change within a second.</summary>
public sealed class KeyChangePollTests(RedisFixture redis)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(10);

    [Fact]
    public async Task Change_is_looked_for_every_half_second_and_not_before()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(Backend.Sqlite);
        var clock = new ManualClock();
        var (here, there) = (new KeyNode(test), new KeyNode(test, null, clock));
        var issued = await here.IssueAsync();
        await there.Poll.StartAsync(CancellationToken.None);
        await UntilAsync(() => Task.FromResult(clock.TimerCount == 1));
        await there.CallerAsync(issued.Secret);
        await here.RevokeAsync(issued.Key.Id);

        clock.Advance(TimeSpan.FromMilliseconds(499));
        await there.CallerAsync(issued.Secret);
        clock.Advance(TimeSpan.FromMilliseconds(1));

        await UntilAsync(async () => (await there.AuthenticateAsync($"Bearer {issued.Secret}")).Error is not null);
        await there.Poll.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Change_that_is_told_over_Redis_is_looked_for_at_once()
    {
        var bell = new ChangeBell(await redis.ConnectionAsync(), NullLogger<ChangeBell>.Instance);
        await using var test = await TestDatabase.CreateMigratedAsync(Backend.Sqlite);
        var (here, there) = (new KeyNode(test, bell), new KeyNode(test, bell, new ManualClock()));
        var issued = await here.IssueAsync();
        await there.Poll.StartAsync(CancellationToken.None);
        await there.CallerAsync(issued.Secret);
        await RingUntilHeardAsync(bell);

        // The clock stands still: nothing but the bell can bring the news.
        await here.RevokeAsync(issued.Key.Id);

        await UntilAsync(async () => (await there.AuthenticateAsync($"Bearer {issued.Secret}")).Error is not null);
        await there.Poll.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Change_does_not_fail_where_Redis_is_away()
    {
        RedisFixture.RequireInstalled();
        var server = await RedisServer.StartNewAsync(TestContext.Current.CancellationToken);
        await using var connection = RedisFixture.Connect(server.Endpoint);
        var bell = new ChangeBell(connection, NullLogger<ChangeBell>.Instance);
        await bell.RingAsync();
        await server.DisposeAsync();
        await using var test = await TestDatabase.CreateMigratedAsync(Backend.Sqlite);
        var node = new KeyNode(test, bell);

        (await node.RevokeAsync((await node.IssueAsync()).Key.Id)).ShouldNotBeNull().RevokedAt.ShouldNotBeNull();
    }

    /// <summary>Until Redis tells of rings: what rang before is not heard.</summary>
    private static Task RingUntilHeardAsync(ChangeBell bell) => UntilAsync(async () =>
    {
        var rung = bell.Rung;
        await bell.RingAsync();
        return await Task.WhenAny(rung, Task.Delay(LookEvery, TimeProvider.System)) == rung;
    });

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var timeout = new CancellationTokenSource(Patience, TimeProvider.System);
        using var timer = new PeriodicTimer(LookEvery, TimeProvider.System);
        while (!await condition())
        {
            await timer.WaitForNextTickAsync(timeout.Token);
        }
    }
}
