using System.Text.Json.Nodes;
using Gateway.Simulator;
using Gateway.Simulator.Behaviors;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Simulator;

public sealed class ChatStreamTests
{
    [Fact]
    public async Task Stream_is_role_then_a_chunk_a_token_then_finish_then_done()
    {
        await using var session = await SimulatorSession.StartAsync();

        var events = await session.EventsAsync(SimulatorSession.Body("[[tokens=3]]", stream: true));

        events[^1].ShouldBe("[DONE]");
        var chunks = events[..^1].ConvertAll(e => JsonNode.Parse(e)!);
        chunks.Select(c => c["id"]!.GetValue<string>()).Distinct().ShouldHaveSingleItem();
        chunks.ShouldAllBe(c => c["object"]!.GetValue<string>() == "chat.completion.chunk");
        chunks.ShouldAllBe(c => !c.AsObject().ContainsKey("usage"));
        chunks[0]["choices"]![0]!["delta"]!["role"]!.GetValue<string>().ShouldBe("assistant");
        chunks[0]["choices"]![0]!["delta"]!["content"]!.GetValue<string>().ShouldBe("");
        chunks[1..^1].Select(Content).ShouldBe(["The", " picture", " shows"]);
        chunks[1..^1].ShouldAllBe(c => c["choices"]![0]!["finish_reason"] == null);
        chunks[^1]["choices"]![0]!["delta"]!.AsObject().Count.ShouldBe(0);
        chunks[^1]["choices"]![0]!["finish_reason"]!.GetValue<string>().ShouldBe("stop");
    }

    [Fact]
    public async Task Streamed_tokens_are_the_text_of_the_json_answer()
    {
        await using var session = await SimulatorSession.StartAsync();

        var json = await session.JsonAsync(SimulatorSession.Body("Is it   blue? "));
        var chunks = await session.ChunksAsync(SimulatorSession.Body("Is it   blue? ", stream: true, includeUsage: true));

        string.Concat(chunks[1..^2].Select(Content)).ShouldBe(json["choices"]![0]!["message"]!["content"]!.GetValue<string>());
        chunks[^1]["usage"]!.ToJsonString().ShouldBe(json["usage"]!.ToJsonString());
        chunks.Count.ShouldBe(json["usage"]!["completion_tokens"]!.GetValue<int>() + 3);
    }

    [Fact]
    public async Task Usage_asked_for_is_null_on_each_chunk_and_comes_in_one_of_its_own()
    {
        await using var session = await SimulatorSession.StartAsync();

        var chunks = await session.ChunksAsync(SimulatorSession.Body("[[tokens=3]]", stream: true, includeUsage: true));

        chunks[..^1].ShouldAllBe(c => c.AsObject().ContainsKey("usage") && c["usage"] == null);
        chunks[^1]["choices"]!.AsArray().ShouldBeEmpty();
        chunks[^1]["usage"]!["completion_tokens"]!.GetValue<int>().ShouldBe(3);
    }

    [Fact]
    public async Task Each_choice_has_its_role_content_and_finish()
    {
        await using var session = await SimulatorSession.StartAsync();
        var body = SimulatorSession.Body("[[tokens=2]]", stream: true);
        body["n"] = 2;

        var chunks = await session.ChunksAsync(body);

        chunks.Select(c => c["choices"]![0]!["index"]!.GetValue<int>()).ShouldBe([0, 1, 0, 1, 0, 1, 0, 1]);
    }

    [Fact]
    public async Task Pace_is_waited_between_tokens_and_first_byte_before_all()
    {
        var timers = new ManualTimers();
        await using var session = await SimulatorSession.StartAsync(new SimulatorOptions
        {
            Time = timers,
            Default = Behavior.Parse("first_byte=2s;pace=30ms;tokens=3"),
        });

        var answer = session.TextAsync(SimulatorSession.Body(stream: true));
        var waits = new List<TimeSpan>();
        for (var i = 0; i < 3; i++)
        {
            var (due, fire) = await timers.NextAsync();
            answer.IsCompleted.ShouldBeFalse();
            waits.Add(due);
            fire();
        }

        waits.ShouldBe([TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(30), TimeSpan.FromMilliseconds(30)]);
        (await answer).ShouldEndWith("data: [DONE]\n\n");
    }

    [Fact]
    public async Task First_token_is_waited_for_after_the_headers()
    {
        var timers = new ManualTimers();
        await using var session = await SimulatorSession.StartAsync(new SimulatorOptions { Time = timers });

        using var response = await session.PostAsync(SimulatorSession.Body("[[first_token=5s]]", stream: true));
        var (due, fire) = await timers.NextAsync();
        fire();

        due.ShouldBe(TimeSpan.FromSeconds(5));
        (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldEndWith("data: [DONE]\n\n");
    }

    [Fact]
    public async Task Held_stream_goes_on_when_it_is_released()
    {
        await using var session = await SimulatorSession.StartAsync();
        var release = new TaskCompletionSource();
        session.Host.Script.Enqueue(Behavior.Parse("tokens=4") with { Hold = release.Task, HoldAfter = 2 });

        using var response = await session.PostAsync(SimulatorSession.Body(stream: true));
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        var before = new List<string?>();
        for (var line = 0; line < 6; line++)
        {
            before.Add(await reader.ReadLineAsync(TestContext.Current.CancellationToken));
        }

        var next = reader.ReadLineAsync(TestContext.Current.CancellationToken).AsTask();
        next.IsCompleted.ShouldBeFalse();
        release.SetResult();

        before[4]!.ShouldContain("\" picture\"");
        (await next)!.ShouldContain("\" shows\"");
    }

    [Theory]
    [InlineData("crlf", "\r\n")]
    [InlineData("cr", "\r")]
    public async Task Line_ends_can_be_others(string directive, string lineEnd)
    {
        await using var session = await SimulatorSession.StartAsync();

        var usual = await session.TextAsync(SimulatorSession.Body("[[tokens=3;text=a b]]", stream: true));
        var text = await session.TextAsync(SimulatorSession.Body($"[[tokens=3;text=a b;{directive}]]", stream: true));

        text.ShouldEndWith($"data: [DONE]{lineEnd}{lineEnd}");
        text.Split(lineEnd).Length.ShouldBe(usual.Split('\n').Length);
        text.Replace(lineEnd, "", StringComparison.Ordinal).ShouldNotContain('\n');
    }

    [Fact]
    public async Task Split_stream_carries_the_same_bytes()
    {
        await using var session = await SimulatorSession.StartAsync();

        var chunks = await session.ChunksAsync(SimulatorSession.Body("[[tokens=20;split=7]]", stream: true, includeUsage: true));

        chunks.Count.ShouldBe(23);
    }

    [Fact]
    public async Task Odd_frames_stand_between_the_events()
    {
        await using var session = await SimulatorSession.StartAsync();

        var text = await session.TextAsync(SimulatorSession.Body("[[tokens=6;empty_events]]", stream: true));

        text.ShouldStartWith(": keep-alive\n\n");
        text.ShouldContain("data:\n\n");
        text.ShouldContain("event: ping\n\n");
        text.ShouldContain("id: 7\nretry: 1000\n\n");
        text.ShouldEndWith("data: [DONE]\n\n");
    }

    [Fact]
    public async Task Prompt_filter_comes_first_without_choices()
    {
        await using var session = await SimulatorSession.StartAsync();

        var chunks = await session.ChunksAsync(SimulatorSession.Body("[[prompt_filter]]", stream: true));

        chunks[0]["choices"]!.AsArray().ShouldBeEmpty();
        chunks[0]["prompt_filter_results"]!.AsArray().Count.ShouldBe(1);
        chunks[1]["choices"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Big_event_has_its_size()
    {
        await using var session = await SimulatorSession.StartAsync();

        var chunks = await session.ChunksAsync(SimulatorSession.Body("[[tokens=2;big_event=300k]]", stream: true));

        Content(chunks[1])!.Length.ShouldBe(300 * 1024);
        Content(chunks[2]).ShouldBe(" picture");
    }

    [Fact]
    public async Task Done_can_be_missing_and_finish_can_be_doubled()
    {
        await using var session = await SimulatorSession.StartAsync();

        var events = await session.EventsAsync(SimulatorSession.Body("[[no_done;double_finish]]", stream: true));

        events[^1].ShouldContain("\"finish_reason\":\"stop\"");
        events[^2].ShouldBe(events[^1]);
    }

    [Fact]
    public async Task Stream_can_be_answered_with_json()
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await session.PostAsync(SimulatorSession.Body("[[ignore_stream]]", stream: true));

        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        (await SimulatorSession.JsonAsync(response))["object"]!.GetValue<string>().ShouldBe("chat.completion");
    }

    private static string? Content(JsonNode chunk) => chunk["choices"]![0]!["delta"]!["content"]!.GetValue<string>();
}
