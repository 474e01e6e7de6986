using Gateway.Core.Admission;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Limits;

/// <content>Charges corrected or given back, and limits changed while buckets live.</content>
public abstract partial class LimiterSuite
{
    [Fact]
    public async Task Settling_below_the_charge_gives_the_difference_back()
    {
        var scopes = TenantScope(tokens: 1000);
        var reservation = await AdmitAsync(scopes, tokens: 1000);
        await RefuseAsync(scopes, tokens: 1);

        await reservation.SettleAsync(300, CancellationToken.None);

        (await AdmitAsync(scopes, tokens: 0)).Levels.Tokens!.Value.Remaining.ShouldBe(700);
    }

    [Fact]
    public async Task Settling_above_the_charge_may_leave_the_bucket_below_zero()
    {
        var scopes = TenantScope(tokens: 6000);
        var reservation = await AdmitAsync(scopes, tokens: 6000);

        await reservation.SettleAsync(9000, CancellationToken.None);

        var refusal = await RefuseAsync(scopes, tokens: 100);
        refusal.Used.ShouldBe(9000);
        refusal.RetryAfter.ShouldBe(TimeSpan.FromSeconds(31));
        refusal.Levels.Tokens.ShouldBe(new LimitLevel(6000, 0, TimeSpan.FromSeconds(90)));
        Clock.Advance(TimeSpan.FromSeconds(31));
        await AdmitAsync(scopes, tokens: 100);
    }

    [Fact]
    public async Task What_is_given_back_does_not_overfill_a_bucket()
    {
        var scopes = TenantScope(tokens: 1000);
        var reservation = await AdmitAsync(scopes, tokens: 1000);
        Clock.Advance(TimeSpan.FromSeconds(59));

        await reservation.SettleAsync(0, CancellationToken.None);

        (await AdmitAsync(scopes, tokens: 1000)).Levels.Tokens!.Value.Remaining.ShouldBe(0);
        await RefuseAsync(scopes, tokens: 1);
    }

    [Fact]
    public async Task Settling_again_changes_nothing()
    {
        var scopes = TenantScope(tokens: 1000);
        var reservation = await AdmitAsync(scopes, tokens: 1000);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => reservation.SettleAsync(900, CancellationToken.None).AsTask())));
        await reservation.DisposeAsync();

        (await AdmitAsync(scopes, tokens: 0)).Levels.Tokens!.Value.Remaining.ShouldBe(100);
    }

    [Fact]
    public async Task Disposing_unsettled_gives_the_tokens_back_and_keeps_the_request_counted()
    {
        var scopes = TenantScope(requests: 10, tokens: 1000);
        await using (await AdmitAsync(scopes, tokens: 1000))
        {
            await RefuseAsync(scopes, tokens: 1000);
        }

        var levels = (await AdmitAsync(scopes, tokens: 1000)).Levels;
        levels.Tokens!.Value.Remaining.ShouldBe(0);
        levels.Requests!.Value.Remaining.ShouldBe(8);
    }

    [Fact]
    public async Task A_lowered_limit_cuts_the_level()
    {
        await AdmitAsync(TenantScope(tokens: 1000), tokens: 100);

        var levels = (await AdmitAsync(TenantScope(tokens: 500), tokens: 200)).Levels;

        levels.Tokens.ShouldBe(new LimitLevel(500, 300, TimeSpan.FromSeconds(24)));
    }

    [Fact]
    public async Task A_raised_limit_grants_nothing_at_once_and_refills_faster_from_the_first_refusal()
    {
        await AdmitAsync(TenantScope(tokens: 100), tokens: 100);

        var refusal = await RefuseAsync(TenantScope(tokens: 6000), tokens: 100);
        refusal.RetryAfter.ShouldBe(TimeSpan.FromSeconds(1));
        Clock.Advance(refusal.RetryAfter);

        (await AdmitAsync(TenantScope(tokens: 6000), tokens: 100)).Levels.Tokens!.Value.Remaining.ShouldBe(0);
    }

    [Fact]
    public async Task A_peek_under_a_raised_limit_refuses_no_longer_than_it_says()
    {
        await AdmitAsync(TenantScope(requests: 1));

        var refusal = (await Limiter.PeekAsync(Tenant, TenantScope(requests: 600), 1, CancellationToken.None)).ShouldNotBeNull();
        refusal.RetryAfter.ShouldBe(TimeSpan.FromMilliseconds(100));
        Clock.Advance(refusal.RetryAfter);

        (await Limiter.PeekAsync(Tenant, TenantScope(requests: 600), 1, CancellationToken.None)).ShouldBeNull();
        await AdmitAsync(TenantScope(requests: 600));
    }

    [Fact]
    public async Task A_correction_made_under_a_former_limit_does_not_bring_that_limit_back()
    {
        var reservation = await AdmitAsync(TenantScope(tokens: 100), tokens: 100);
        await AdmitAsync(TenantScope(tokens: 6000), tokens: 0);
        Clock.Advance(TimeSpan.FromSeconds(10));

        await reservation.SettleAsync(0, CancellationToken.None);

        (await AdmitAsync(TenantScope(tokens: 6000), tokens: 0)).Levels.Tokens!.Value.Remaining.ShouldBe(1100);
    }
}
