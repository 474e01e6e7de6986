using Gateway.Backends.Tests.Limits;
using Gateway.Core.Images;
using Gateway.Images;
using Gateway.Storage;
using Gateway.Testing;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Images;

/// <summary>What nodes remember together of images, and what becomes of it when Redis is killed, hangs, or never was there.</summary>
public sealed class SharedImageCacheTests(RedisFixture redis) : IDisposable
{
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(20);
    private static readonly FetchedImage Image = new(RemoteImage.Known(new ImageHeader(ImageFormat.Jpeg, new ImageSize(4000, 3000), false)), TimeSpan.FromMinutes(2));

    private readonly LogCollector _logs = new();
    private readonly ImageKey _key = ImageKey.Of(Guid.NewGuid().ToByteArray());

    private static CancellationToken Timeout => TestContext.Current.CancellationToken;

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task What_one_node_learns_the_others_know_for_as_long()
    {
        var connection = await redis.ConnectionAsync();
        var clock = new ManualClock();
        Cache(connection, clock).Set(_key, Image);
        clock.Advance(TimeSpan.FromSeconds(30));

        (await Cache(connection, clock).GetAsync(_key, Timeout)).ShouldBe(Image with { Fresh = TimeSpan.FromSeconds(90) });

        var left = await connection.Current!.KeyTimeToLiveAsync($"gw:image:1:{_key}");
        left!.Value.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2));
        (await Cache(connection, clock).GetAsync(ImageKey.Of("another"u8), Timeout)).ShouldBeNull();
    }

    [Fact]
    public async Task What_stayed_unknown_is_each_nodes_own_affair()
    {
        var connection = await redis.ConnectionAsync();
        var cache = Cache(connection, TimeProvider.System);

        cache.Set(_key, new FetchedImage(RemoteImage.Unknown(UnknownSize.Timeout), TimeSpan.FromSeconds(15)));

        (await cache.GetAsync(_key, Timeout)).ShouldBeNull();
    }

    [Fact]
    public async Task Garbage_in_redis_is_as_nothing()
    {
        var connection = await redis.ConnectionAsync();
        await connection.Current!.StringSetAsync($"gw:image:1:{_key}", "99999999999999 known Png 1 1 maybe", TimeSpan.FromMinutes(1));

        (await Cache(connection, TimeProvider.System).GetAsync(_key, Timeout)).ShouldBeNull();
    }

    [Fact]
    public async Task Killed_redis_is_as_an_empty_one_and_is_told_once()
    {
        RedisFixture.RequireInstalled();
        await using var server = await RedisServer.StartNewAsync(Timeout);
        await using var connection = RedisFixture.Connect(server.Endpoint);
        await connection.DatabaseAsync();
        var clock = new ManualClock();
        var cache = Cache(connection, clock);
        cache.Set(_key, Image);
        (await cache.GetAsync(_key, Timeout)).ShouldBe(Image);

        await server.KillAsync();
        for (var i = 0; i < 5; i++)
        {
            // Wall time of the client's own passes while it notices; the manual clock keeps the wait unbounded but for that.
            (await cache.GetAsync(_key, Timeout).AsTask().WaitAsync(Hang, Timeout)).ShouldBeNull();
            cache.Set(_key, Image);
            clock.Advance(TimeSpan.FromSeconds(2));
        }

        var line = _logs.Lines.ShouldHaveSingleItem();
        line.ShouldContain($"Redis at {server.Endpoint} does not answer in time (Redis");
        line.ShouldNotContain(_key.ToString());
    }

    [Fact]
    public async Task Hanging_redis_is_waited_for_a_tenth_of_a_second_and_then_left_alone_for_two()
    {
        RedisFixture.RequireInstalled();
        await using var server = await RedisServer.StartNewAsync(Timeout);
        await using var connection = RedisFixture.Connect(server.Endpoint);
        await connection.DatabaseAsync();
        var clock = new ManualClock();
        var cache = Cache(connection, clock);
        cache.Set(_key, Image);
        (await cache.GetAsync(_key, Timeout)).ShouldBe(Image);
        await server.PauseAsync();

        var asking = cache.GetAsync(_key, Timeout).AsTask();
        clock.Advance(TimeSpan.FromMilliseconds(99));
        asking.IsCompleted.ShouldBeFalse();
        clock.Advance(TimeSpan.FromMilliseconds(1));
        (await asking.WaitAsync(Hang, Timeout)).ShouldBeNull();
        cache.GetAsync(_key, Timeout).AsTask().IsCompletedSuccessfully.ShouldBeTrue();

        await server.ResumeAsync();
        clock.Advance(TimeSpan.FromSeconds(2));
        (await cache.GetAsync(_key, Timeout).AsTask().WaitAsync(Hang, Timeout))!.Value.Image.ShouldBe(Image.Image);
        _logs.Lines.Count.ShouldBe(2);
        _logs.Lines.Last().ShouldContain("are shared again");
    }

    [Fact]
    public async Task Redis_that_was_never_there_hinders_nobody_and_the_callers_deadline_holds()
    {
        await using var connection = RedisFixture.Connect("127.0.0.1:1");
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(Cache(connection, new ManualClock()).GetAsync(_key, gone.Token).AsTask().WaitAsync(Hang, Timeout));
        (await Cache(connection, TimeProvider.System).GetAsync(_key, Timeout).AsTask().WaitAsync(Hang, Timeout)).ShouldBeNull();
        Cache(connection, TimeProvider.System).Set(_key, Image);
    }

    private SharedImageCache Cache(RedisConnection connection, TimeProvider time)
    {
        // Its lines come from one category alone, so the factory may go with the test.
        var factory = LoggerFactory.Create(logging => logging.AddProvider(_logs));
        return new SharedImageCache(connection, time, factory.CreateLogger<SharedImageCache>());
    }
}
