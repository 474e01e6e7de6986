using System.Net;
using Gateway.Simulator;
using Gateway.Simulator.Behaviors;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Simulator;

public sealed class BehaviorTests
{
    [Fact]
    public async Task Layers_lie_over_each_other_options_model_text_script()
    {
        await using var session = await SimulatorSession.StartAsync(new SimulatorOptions { Default = Behavior.Parse("tokens=1;cached_tokens=1") });
        const string byModel = "gpt-4o;tokens=2";
        const string byText = "[[tokens=3]]";

        (await TokensAsync(session, SimulatorSession.Body())).ShouldBe(1);
        (await TokensAsync(session, SimulatorSession.Body(model: byModel))).ShouldBe(2);
        (await TokensAsync(session, SimulatorSession.Body(byText, byModel))).ShouldBe(3);
        session.Host.Script.Enqueue("tokens=4");
        (await TokensAsync(session, SimulatorSession.Body(byText, byModel))).ShouldBe(4);
        (await TokensAsync(session, SimulatorSession.Body(byText, byModel))).ShouldBe(3);

        var answer = await session.JsonAsync(SimulatorSession.Body(byText, byModel));
        answer["usage"]!["prompt_tokens_details"]!["cached_tokens"]!.GetValue<int>().ShouldBe(1);
    }

    [Fact]
    public void Upper_outcome_replaces_the_lower_one_whole()
    {
        var lower = Behavior.Parse("hang;html;code=lower;retry_after=9;pace=1s");

        var both = Behavior.Error(429).Over(lower);

        both.ShouldBe(new Behavior { Status = 429, Pace = TimeSpan.FromSeconds(1) });
    }

    [Fact]
    public void Every_property_is_carried_through_the_layers()
    {
        var full = Behavior.Parse(
            "status=418;code=a;message=b;retry_after=c;retry_after_ms=d;html;foreign_error=e;hang;reset;first_byte=1;first_token=2;pace=3;"
            + "blocked;text=f;tokens=4;tool=5;refusal=i;reasoning=18;dated;object=g;finish_reason=h;big_event=6;endless;usage=null;prompt_tokens=7;completion_tokens=8;"
            + "cached_tokens=9;cache_write_tokens=19;reasoning_tokens=10;image_tokens=11;cut=12;cut_body;hang_after=13;stream_error=14;malformed=15;truncated;"
            + "no_done;double_finish;empty_events;prompt_filter;wrong_content_type;ignore_stream;crlf;split=16")
            with
        {
            Hold = Task.CompletedTask,
            HoldAfter = 17,
        };

        foreach (var property in typeof(Behavior).GetProperties().Where(p => p.CanWrite))
        {
            property.GetValue(full).ShouldNotBeNull(property.Name);
        }

        full.Over(new Behavior { ObjectName = "lower" }).ShouldBe(full);
        new Behavior { Pace = full.Pace }.Over(full).ShouldBe(full);
    }

    [Theory]
    [InlineData("pace=50us", 0.05)]
    [InlineData("pace=50", 50)]
    [InlineData("pace=50ms", 50)]
    [InlineData("pace=1.5s", 1500)]
    [InlineData(" pace = 2m ; ", 120_000)]
    [InlineData("pace=1h", 3_600_000)]
    public void Durations_have_units(string directives, double milliseconds)
    {
        Behavior.Parse(directives).Pace.ShouldBe(TimeSpan.FromMilliseconds(milliseconds));
    }

    [Theory]
    [InlineData("nonsense", "nonsense")]
    [InlineData("status=99", "status")]
    [InlineData("status=ok", "status")]
    [InlineData("tokens=-1", "tokens")]
    [InlineData("tokens", "tokens")]
    [InlineData("pace=fast", "pace")]
    [InlineData("pace=99999h", "pace")]
    [InlineData("hang=maybe", "hang")]
    [InlineData("split=0", "split")]
    [InlineData("big_event=9999m", "big_event")]
    public void Unusable_directive_is_named(string directives, string name)
    {
        Should.Throw<FormatException>(() => Behavior.Parse(directives)).Message.ShouldContain($"'{name}'");
    }

    [Fact]
    public async Task Unknown_directive_in_the_model_name_is_refused_and_takes_nothing_from_the_script()
    {
        await using var session = await SimulatorSession.StartAsync();
        session.Host.Script.Enqueue("tokens=4");

        using var response = await session.PostAsync(SimulatorSession.Body(model: "gpt-4o;stattus=500"));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await SimulatorSession.JsonAsync(response))["error"]!["message"]!.GetValue<string>().ShouldContain("'stattus'");
        session.Host.Script.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("[[1,2],[3,4]] matrix [[tokens=3]]")]
    [InlineData("[[unclosed [[tokens=3]] and [[link]] and [[")]
    [InlineData("[[tokens=9]][[tokens=3]]")]
    public async Task Brackets_without_directives_are_prose(string text)
    {
        await using var session = await SimulatorSession.StartAsync();

        (await TokensAsync(session, SimulatorSession.Body(text))).ShouldBe(3);
    }

    [Fact]
    public async Task Only_the_last_user_message_directs()
    {
        await using var session = await SimulatorSession.StartAsync();
        const string body = """
            {"model":"gpt-4o","messages":[{"role":"user","content":"[[tokens=50]]"},{"role":"user","content":[{"type":"text","text":"[[tokens=3]]"}]},
             {"role":"assistant","content":"[[tokens=60]]"}]}
            """;

        using var response = await session.PostAsync(body);

        (await SimulatorSession.JsonAsync(response))["usage"]!["completion_tokens"]!.GetValue<int>().ShouldBe(3);
    }

    [Fact]
    public async Task Otherwise_serves_until_it_is_taken_back()
    {
        await using var session = await SimulatorSession.StartAsync();
        session.Host.Script.Otherwise = Behavior.Error(500);
        session.Host.Script.Enqueue(Behavior.Error(200));

        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 4; i++)
        {
            using var response = await session.PostAsync(SimulatorSession.Body());
            statuses.Add(response.StatusCode);
            if (i == 2)
            {
                session.Host.Script.Clear();
            }
        }

        statuses.ShouldBe([HttpStatusCode.OK, HttpStatusCode.InternalServerError, HttpStatusCode.InternalServerError, HttpStatusCode.OK]);
    }

    private static async Task<int> TokensAsync(SimulatorSession session, System.Text.Json.Nodes.JsonObject body) =>
        (await session.JsonAsync(body))["usage"]!["completion_tokens"]!.GetValue<int>();
}
