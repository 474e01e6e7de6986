using System.Net;
using System.Net.Sockets;
using Gateway.Core.Callers;
using Gateway.Images;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Images;

/// <summary>Many askers at once, and those that hang.</summary>
public sealed class RemoteTurnsTests : IAsyncDisposable
{
    private static readonly TenantId Other = new("ten_2");

    private readonly StubWorld _world = new(new ImageFetchOptions { MaxAtOnce = 4, MaxAtOncePerTenant = 2, MaxWaitingPerTenant = 1 });

    private static CancellationToken Timeout => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task One_request_serves_all_who_ask_for_the_same_image_at_once()
    {
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var origin = _world.Host(Origin.Answering(async (stream, ct) =>
        {
            await answer.Task.WaitAsync(ct);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nCache-Control: no-store\r\n\r\n"u8.ToArray(), ct);
            await stream.WriteAsync(Pictures.Png(3, 4), ct);
        }));

        var asking = Enumerable.Range(0, 10).Select(_ => _world.AskAsync("http://images.example/a", Timeout)).ToList();
        await origin.AskedAsync(Timeout);
        answer.SetResult();

        (await Task.WhenAll(asking)).ShouldAllBe(image => image.IsKnown);
        origin.Requests.Count.ShouldBe(1);
        _world.TenantsWithSlots.ShouldBe(0);
    }

    [Fact]
    public async Task Tenant_whose_origins_hang_holds_up_itself_alone()
    {
        var hanging = _world.Host(Origin.Hanging());
        _world.Name("good.example", "93.184.216.1").At("93.184.216.1", Origin.Serving(Pictures.Png(3, 4)));
        var hung = Enumerable.Range(0, 2).Select(i => _world.AskAsync($"http://images.example/{i}", Timeout)).ToList();
        await hanging.AskedAsync(Timeout);
        await hanging.AskedAsync(Timeout);

        // The same image, wanted by a tenant that has to wait and by one that has not.
        var waiting = _world.AskAsync("http://good.example/a", Timeout);
        (await _world.AskAsync("http://good.example/a", Other, Timeout)).IsKnown.ShouldBeTrue();
        (await _world.AskAsync("http://good.example/b", Other, Timeout)).IsKnown.ShouldBeTrue();

        _world.Clock.Advance(TimeSpan.FromSeconds(3));
        (await Task.WhenAll(hung)).ShouldAllBe(image => image.Reason == UnknownSize.Timeout);
        await waiting;
        hanging.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Images_wait_for_their_turn_within_the_deadline_and_those_too_many_are_not_tried()
    {
        var hanging = _world.Host(Origin.Hanging());
        var images = Enumerable.Range(0, 4).Select(i => _world.AskAsync($"http://images.example/{i}", Timeout)).ToList();
        await hanging.AskedAsync(Timeout);
        await hanging.AskedAsync(Timeout);

        // Two are under way and one waits; for the fourth there is no room, and that is told at once.
        (await await Task.WhenAny(images)).ShouldBe(RemoteImage.Unknown(UnknownSize.Busy));
        images.Count(image => image.IsCompleted).ShouldBe(1);

        _world.Clock.Advance(TimeSpan.FromSeconds(3));
        (await Task.WhenAll(images)).Select(image => image.Reason).Order()
            .ShouldBe([UnknownSize.Timeout, UnknownSize.Timeout, UnknownSize.Busy, UnknownSize.Busy]);
        hanging.Requests.Count.ShouldBe(2);
        _world.TenantsWithSlots.ShouldBe(0);
    }

    [Fact]
    public async Task Image_gets_its_turn_when_one_before_it_is_done()
    {
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _world.Host(Origin.Answering(async (stream, ct) =>
        {
            await answer.Task.WaitAsync(ct);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), ct);
            await stream.WriteAsync(Pictures.Png(3, 4), ct);
        }));
        var images = Enumerable.Range(0, 3).Select(i => _world.AskAsync($"http://images.example/{i}", Timeout)).ToList();
        answer.SetResult();

        (await Task.WhenAll(images)).ShouldAllBe(image => image.IsKnown);
        _world.TenantsWithSlots.ShouldBe(0);
    }

    [Fact]
    public async Task Caller_that_goes_away_waits_no_longer_and_the_fetch_goes_on_for_the_others()
    {
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var origin = _world.Host(Origin.Answering(async (stream, ct) =>
        {
            await answer.Task.WaitAsync(ct);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), ct);
            await stream.WriteAsync(Pictures.Png(3, 4), ct);
        }));
        using var gone = new CancellationTokenSource();
        var first = _world.AskAsync("http://images.example/a", gone.Token);
        var second = _world.AskAsync("http://images.example/a", Timeout);
        await origin.AskedAsync(Timeout);

        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(first);
        answer.SetResult();

        (await second).IsKnown.ShouldBeTrue();
        origin.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Lookup_that_hangs_keeps_its_slot_until_it_ends_but_nobody_waiting()
    {
        var lookup = new TaskCompletionSource<IPAddress[]>();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _world.Name("slow.example", () =>
        {
            asked.SetResult();
            return lookup.Task;
        });
        var asking = _world.AskAsync("http://slow.example/", Timeout);
        await asked.Task;

        _world.Clock.Advance(TimeSpan.FromSeconds(3));
        (await asking).ShouldBe(RemoteImage.Unknown(UnknownSize.Timeout));
        _world.TenantsWithSlots.ShouldBe(1);

        lookup.SetException(new SocketException((int)SocketError.TryAgain));
        _world.TenantsWithSlots.ShouldBe(0);
        _world.Connections.ShouldBeEmpty();
    }

    [Fact]
    public async Task Stopping_ends_what_is_under_way()
    {
        var hanging = _world.Host(Origin.Hanging());
        var asking = _world.AskAsync("http://images.example/a", Timeout);
        await hanging.AskedAsync(Timeout);

        await _world.Probe.DisposeAsync();

        (await asking).ShouldBe(RemoteImage.Unknown(UnknownSize.Timeout));
        await hanging.IdleAsync(Timeout);
        await Should.ThrowAsync<ObjectDisposedException>(_world.AskAsync("http://images.example/b", Timeout));
    }

    [Fact]
    public async Task Connection_attempt_that_hangs_gives_way_to_the_next_address_after_a_second()
    {
        var tried = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var origin = Origin.Serving(Pictures.Png(3, 4));
        var clock = new ManualClock();
        IPAddress[] addresses = [IPAddress.Parse("93.184.216.1"), IPAddress.Parse("93.184.216.2")];
        var world = new RemoteWorld(
            _ => Task.FromResult(addresses),
            async (address, ct) =>
            {
                if (address.Address.Equals(addresses[0]))
                {
                    tried.SetResult();
                    await Task.Delay(System.Threading.Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
                }

                return await RemoteWorld.Real.Connect(origin.Endpoint, ct);
            },
            null);
        var policy = new FetchPolicy(new Core.Images.ImageFetchSettings(), Core.Images.ImageLimits.Default);
        var url = RemoteUrl.Parse("http://images.example/", policy, out _).ShouldNotBeNull();

        var fetching = new RemoteFetch(world, policy, clock).RunAsync(url, Timeout);
        await tried.Task;
        clock.Advance(TimeSpan.FromSeconds(1));

        (await fetching).Image.IsKnown.ShouldBeTrue();
    }
}
