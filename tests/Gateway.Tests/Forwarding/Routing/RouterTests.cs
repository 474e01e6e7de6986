using Gateway.Core.Dialects.OpenAi;
using Gateway.Core.Errors;
using Gateway.Core.Models;
using Gateway.Core.Streaming;
using Gateway.Forwarding;
using Gateway.Forwarding.Routing;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Forwarding.Routing;

public sealed class RouterTests
{
    private readonly ManualClock _clock = new();
    private readonly DeploymentStates _states;
    private readonly Router _router;

    public RouterTests()
    {
        _states = new DeploymentStates(static () => [], _clock);
        _router = new Router(_states, new Random(7), _clock);
    }

    [Fact]
    public void Weights_hold_while_all_are_well()
    {
        var card = Card(("heavy", 0, 3), ("light", 0, 1), ("spare", 1, 100));
        foreach (var candidate in _states.Of(card))
        {
            candidate.State.Note(Served(), TimeSpan.FromMilliseconds(100), null);
        }

        Share(card, "heavy").ShouldBeInRange(0.71, 0.79);
        Share(card, "spare").ShouldBe(0);
    }

    [Fact]
    public void Load_leaves_the_slow_one()
    {
        var card = Card(("slow", 0, 1), ("fast", 0, 1));
        _states.Of(card)[0].State.Note(Served(), TimeSpan.FromMilliseconds(900), null);
        _states.Of(card)[1].State.Note(Served(), TimeSpan.FromMilliseconds(100), null);

        Share(card, "slow").ShouldBeInRange(0.2, 0.3);
    }

    [Fact]
    public void Load_leaves_the_one_that_is_stuck()
    {
        var card = Card(("stuck", 0, 1), ("free", 0, 1));
        for (var i = 0; i < 20; i++)
        {
            _states.Of(card)[0].State.TryEnter(null);
        }

        Share(card, "stuck").ShouldBeInRange(0.2, 0.3);
    }

    [Fact]
    public void Next_tier_serves_where_nobody_of_the_first_is_ready()
    {
        var card = Card(("first", 0, 1), ("second", 1, 1));
        _states.Of(card)[0].State.Rest(TimeSpan.FromSeconds(5));

        Share(card, "second").ShouldBe(1);
        _clock.Advance(TimeSpan.FromSeconds(5));
        Share(card, "first").ShouldBe(1);
    }

    [Fact]
    public void Where_none_is_ready_the_one_that_will_be_first_is_chosen()
    {
        var card = Card(("late", 0, 1), ("soon", 1, 1));
        _states.Of(card)[0].State.Rest(TimeSpan.FromSeconds(50));
        _states.Of(card)[1].State.Rest(TimeSpan.FromSeconds(5));

        _router.First(card).Model.ShouldBe("soon");
    }

    [Fact]
    public void Five_failures_in_a_row_make_it_rest_and_one_answer_ends_the_count()
    {
        var state = _states.Of(Card(("m", 0, 1)))[0].State;
        for (var i = 0; i < DeploymentState.MostInARow - 1; i++)
        {
            state.Note(Failed(), null, null);
        }

        state.Note(Served(), null, null);
        state.Note(Failed(), null, null);
        state.IsReady(_clock.GetTimestamp()).ShouldBeTrue();
        for (var i = 0; i < DeploymentState.MostInARow - 1; i++)
        {
            state.Note(Failed(), null, null);
        }

        state.IsReady(_clock.GetTimestamp()).ShouldBeFalse();
        _clock.Advance(TimeSpan.FromSeconds(1));
        state.IsReady(_clock.GetTimestamp()).ShouldBeTrue();
    }

    [Fact]
    public void State_belongs_to_the_name_not_to_the_catalog()
    {
        _states.Of(Card(("m", 0, 1)))[0].State.ShouldBeSameAs(_states.Of(Card(("m", 3, 9)))[0].State);
        _states.Of(Card(("m", 0, 1)))[0].State.ShouldNotBeSameAs(_states.Of(Card(("other", 0, 1)))[0].State);
    }

    [Fact]
    public void Budget_is_a_burst_and_then_a_fifth_of_the_first_requests()
    {
        var budget = new RetryBudget();

        Enumerable.Range(0, 1000).Count(_ => budget.TryTake()).ShouldBe(RetryBudget.Burst);
        for (var i = 0; i < 500; i++)
        {
            budget.Earn();
        }

        Enumerable.Range(0, 1000).Count(_ => budget.TryTake()).ShouldBe(100);
        for (var i = 0; i < 12; i++)
        {
            budget.Earn();
        }

        Enumerable.Range(0, 1000).Count(_ => budget.TryTake()).ShouldBe(2);
    }

    [Fact]
    public async Task Breaker_opens_at_half_of_ten_and_one_probe_closes_it()
    {
        var breaker = new DeploymentBreaker(_clock);
        await OpenAsync(breaker);

        breaker.Admits(_clock.GetTimestamp()).ShouldBeFalse();
        (await breaker.ProbeAsync(static _ => new ValueTask<AttemptResult>(Served()), 0)).ShouldBeNull();
        _clock.Advance(DeploymentBreaker.FirstBreak);
        breaker.Admits(_clock.GetTimestamp()).ShouldBeTrue();

        var probe = new TaskCompletionSource<AttemptResult>();
        var probing = breaker.ProbeAsync(source => new ValueTask<AttemptResult>(source.Task), probe).AsTask();
        breaker.Admits(_clock.GetTimestamp()).ShouldBeFalse();
        (await breaker.ProbeAsync(static _ => new ValueTask<AttemptResult>(Served()), 0)).ShouldBeNull();
        probe.SetResult(Served());

        (await probing).ShouldNotBeNull().Verdict.ShouldBe(Verdict.Served);
        breaker.IsClosed.ShouldBeTrue();
    }

    [Fact]
    public async Task Probe_that_fails_or_tells_nothing_keeps_it_open_for_longer()
    {
        var breaker = new DeploymentBreaker(_clock);
        await OpenAsync(breaker);

        _clock.Advance(DeploymentBreaker.FirstBreak);
        await breaker.ProbeAsync(static _ => new ValueTask<AttemptResult>(Failed()), 0);
        breaker.OpenFor(_clock.GetTimestamp()).ShouldBe(2 * DeploymentBreaker.FirstBreak);

        _clock.Advance(2 * DeploymentBreaker.FirstBreak);
        await breaker.ProbeAsync(static _ => new ValueTask<AttemptResult>(Result(GatewayError.ClientClosed(), AnswerOutcome.ClientDisconnected)), 0);
        breaker.OpenFor(_clock.GetTimestamp()).ShouldBe(4 * DeploymentBreaker.FirstBreak);
    }

    [Fact]
    public async Task Answer_that_begins_closes_it_before_its_end()
    {
        var breaker = new DeploymentBreaker(_clock);
        await OpenAsync(breaker);
        _clock.Advance(DeploymentBreaker.FirstBreak);
        var probe = new TaskCompletionSource<AttemptResult>();
        var probing = breaker.ProbeAsync(source => new ValueTask<AttemptResult>(source.Task), probe).AsTask();

        await breaker.CloseAsync();

        breaker.Admits(_clock.GetTimestamp()).ShouldBeTrue();
        probe.SetResult(Served());
        await probing;
    }

    [Fact]
    public async Task Rate_limits_do_not_open_it()
    {
        var breaker = new DeploymentBreaker(_clock);
        for (var i = 0; i < 100; i++)
        {
            await breaker.ReportAsync(Result(GatewayError.ProviderRateLimited(TimeSpan.FromSeconds(1)), AnswerOutcome.UpstreamFailed));
        }

        breaker.IsClosed.ShouldBeTrue();
    }

    private static async Task OpenAsync(DeploymentBreaker breaker)
    {
        for (var i = 0; i < DeploymentBreaker.LeastAttempts; i++)
        {
            breaker.IsClosed.ShouldBeTrue();
            await breaker.ReportAsync(i % 2 == 0 ? Served() : Failed());
        }

        breaker.IsClosed.ShouldBeFalse();
    }

    private double Share(ModelCard card, string model) => Enumerable.Range(0, 4000).Count(_ => _router.First(card).Model == model) / 4000d;

    private static ModelCard Card(params (string Model, int Priority, int Weight)[] deployments)
    {
        var provider = new Provider { Name = "p", Dialect = OpenAiDialect.Instance, BaseUrl = new Uri("http://localhost/v1") };
        return new ModelCard
        {
            Id = "card",
            Deployments = [.. deployments.Select(deployment => new Deployment { Provider = provider, Model = deployment.Model, Priority = deployment.Priority, Weight = deployment.Weight })],
        };
    }

    private static AttemptResult Served() => Result(null, AnswerOutcome.Completed);

    private static AttemptResult Failed() => Result(GatewayError.ProviderFailed(503), AnswerOutcome.UpstreamFailed);

    private static AttemptResult Result(GatewayError? refusal, AnswerOutcome outcome) => AttemptResult.Of(
        new RefusedResponse { Refusal = refusal, Sent = true, Observation = new Observation { Outcome = outcome, Status = refusal?.Status ?? 200 } },
        hasLeft: outcome == AnswerOutcome.ClientDisconnected,
        isOwnFault: false,
        status: 0,
        wait: null);
}
