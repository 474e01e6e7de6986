using System.Collections.Immutable;
using Gateway.Core.Admission;
using Gateway.Limits;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Limits;

/// <content>Random schedules against the model.</content>
public abstract partial class LimiterSuite
{
    /// <summary>An admitted request and what the model knows of it.</summary>
    private sealed record Open(int Node, Reservation Real, ModelLimiter.Charge Model);

    [Theory]
    [InlineData(11, 0)]
    [InlineData(12, 0)]
    [InlineData(13, 3)]
    [InlineData(14, 3)]
    [InlineData(15, 10)]
    [InlineData(16, 10)]
    public async Task Any_schedule_of_requests_crashes_and_time_goes_as_the_model_says(int seed, int crashesInThousand)
    {
        var random = new Random(seed);
        var model = new ModelLimiter(Clock, Lease);
        var open = new List<Open>();
        var factor = 1;
        var sinceRenewal = TimeSpan.Zero;

        for (var step = 0; step < 1500; step++)
        {
            await PassAsync(TimeSpan.FromMilliseconds(random.Next(3) * random.Next(600)));
            var node = random.Next(2);
            var scopes = Callers(random.Next(2) == 0 ? "a" : "b");
            switch (random.Next(20))
            {
                case < 11:
                    var tokens = random.Next(10) == 0 ? random.Next(3500) : random.Next(200);
                    var real = await AdmitOrRefuseAsync(Node(node), scopes, tokens);
                    var (told, charge) = model.Reserve(scopes, tokens);
                    Told(real).ShouldBe(told, $"step {step}");
                    if (real.TryGet(out var reservation))
                    {
                        open.Add(new Open(node, reservation, charge!));
                        foreach (var scope in scopes)
                        {
                            ((long)open.Count(each => each.Model.Scopes.Any(own => own.Id == scope.Id))).ShouldBeLessThanOrEqualTo(scope.ConcurrentRequests!.Value, $"step {step}");
                        }
                    }

                    break;
                case < 17 when open.Count > 0:
                    var ended = open[random.Next(open.Count)];
                    var used = random.Next(4) == 0 ? 0 : random.Next(400);
                    await ended.Real.SettleAsync(used, CancellationToken.None);
                    await ended.Real.DisposeAsync();
                    model.Settle(ended.Model, used);
                    open.Remove(ended);
                    break;
                case 17 when random.Next(10) == 0:
                    // Time in which nobody asks anything.
                    for (var i = random.Next(10); i > 0; i--)
                    {
                        await PassAsync(TimeSpan.FromSeconds(20));
                    }

                    break;
                case 18 when random.Next(10) == 0:
                    factor = random.Next(factor, 4); // A lowered one would be over its limit at once.
                    break;
                default:
                    var peeked = await Node(node).PeekAsync(Tenant, scopes, 1, CancellationToken.None);
                    if (Lease is null || peeked is not null)
                    {
                        // Over Redis a peek asks it only where this node saw reason to.
                        (peeked is null).ShouldBe(model.Peek(scopes), $"step {step}");
                    }

                    break;
            }

            if (random.Next(1000) < crashesInThousand)
            {
                Crash(node);
                model.Crash();
                open.RemoveAll(each => Lease is null || each.Node == node);
            }
        }

        foreach (var each in open)
        {
            await each.Real.DisposeAsync();
            model.Settle(each.Model, 0);
        }

        // What crashed nodes held goes with time and the next request.
        await PassAsync(Lease ?? TimeSpan.Zero);
        Clock.Advance(TimeSpan.FromMinutes(5));
        foreach (var key in (string[])["a", "b"])
        {
            await using var last = await AdmitAsync(Callers(key));
        }

        (await HeldAsync()).ShouldBe(0);

        async Task PassAsync(TimeSpan time)
        {
            Clock.Advance(time);
            sinceRenewal += time;
            if (sinceRenewal >= TimeSpan.FromSeconds(20))
            {
                sinceRenewal = TimeSpan.Zero;
                await RenewAsync();
                model.Renew(open.Select(static each => each.Model));
            }
        }

        ImmutableArray<LimitScope> Callers(string key) =>
        [
            Scope(LimitScopeKind.Key, $"key:{key}", requests: 90 * factor, tokens: 3000 * factor, atOnce: 5 * factor),
            Scope(LimitScopeKind.Tenant, "tenant:a", requests: 130 * factor, tokens: 4001 * factor, atOnce: 8 * factor),
        ];
    }
}
