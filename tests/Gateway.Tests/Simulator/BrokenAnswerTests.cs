using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Simulator.Recording;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Simulator;

public sealed class BrokenAnswerTests
{
    [Theory]
    [InlineData("cut=0", 0)]
    [InlineData("cut=3", 3)]
    [InlineData("cut=3;pace=1us", 3)]
    [InlineData("cut=99", 5)]
    public async Task Cut_stream_delivers_its_chunks_and_breaks(string directives, int contents)
    {
        await using var session = await SimulatorSession.StartAsync();

        var (text, broken) = await session.UntilBrokenAsync(SimulatorSession.Body($"[[tokens=5;{directives}]]", stream: true));

        broken.ShouldBeTrue();
        SimulatorSession.Events(text).Count.ShouldBe(1 + contents);
        text.ShouldNotContain("[DONE]");
        (await (await session.FirstRequestAsync()).Completed).ShouldBe(RequestState.Cut);
    }

    [Theory]
    [InlineData("cut_body", false)]
    [InlineData("cut=1", false)]
    [InlineData("cut_body", true)]
    public async Task Cut_body_breaks_inside_of_what_it_sends(string directives, bool stream)
    {
        await using var session = await SimulatorSession.StartAsync();

        var (text, broken) = await session.UntilBrokenAsync(SimulatorSession.Body($"[[{directives}]]", stream: stream));

        broken.ShouldBeTrue();
        text.ShouldContain("\"model\":\"gpt-4o\"");
        text.ShouldNotEndWith("\n");
        Should.Throw<JsonException>(() => JsonNode.Parse(text[(text.LastIndexOf("data: ", StringComparison.Ordinal) + (stream ? 6 : 1))..]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Truncated_answer_is_whole_http_around_broken_json(bool stream)
    {
        await using var session = await SimulatorSession.StartAsync();

        var (text, broken) = await session.UntilBrokenAsync(SimulatorSession.Body("[[truncated]]", stream: stream));

        broken.ShouldBeFalse();
        text.ShouldNotBeEmpty();
        text.ShouldNotContain("[DONE]");
        Should.Throw<JsonException>(() => JsonNode.Parse(text[(text.LastIndexOf("data: ", StringComparison.Ordinal) + (stream ? 6 : 1))..]));
    }

    [Theory]
    [InlineData("hang", false)]
    [InlineData("hang", true)]
    public async Task Hang_never_answers_and_ends_with_its_client(string directive, bool stream)
    {
        await using var session = await SimulatorSession.StartAsync();
        using var client = new CancellationTokenSource();

        var answer = session.PostAsync(SimulatorSession.Body($"[[{directive}]]", stream: stream), client.Token);
        var request = await session.FirstRequestAsync();
        request.State.ShouldBe(RequestState.InProgress);
        answer.IsCompleted.ShouldBeFalse();
        await client.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => answer);
        (await request.Completed.WaitAsync(TestContext.Current.CancellationToken)).ShouldBe(RequestState.ClientGone);
        request.State.ShouldBe(RequestState.ClientGone);
    }

    [Theory]
    [InlineData("hang_after=2", true)]
    [InlineData("hang_after=99", true)]
    [InlineData("hang_after=1", false)]
    [InlineData("endless;pace=1ms", true)]
    [InlineData("endless;pace=1ms", false)]
    [InlineData("endless", true)]
    public async Task Stream_that_goes_quiet_or_on_for_ever_ends_with_its_client(string directives, bool stream)
    {
        await using var session = await SimulatorSession.StartAsync();

        var response = await session.PostAsync(SimulatorSession.Body($"[[{directives}]]", stream: stream));
        var first = new byte[64];
        await (await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken))
            .ReadExactlyAsync(first, TestContext.Current.CancellationToken);
        var request = await session.FirstRequestAsync();
        request.State.ShouldBe(RequestState.InProgress);
        response.Dispose();

        (await request.Completed.WaitAsync(TestContext.Current.CancellationToken)).ShouldBe(RequestState.ClientGone);
    }

    [Fact]
    public async Task Hung_request_does_not_hold_up_the_end_of_the_simulator()
    {
        var session = await SimulatorSession.StartAsync();
        var answer = session.PostAsync(SimulatorSession.Body("[[hang]]"));
        var request = await session.FirstRequestAsync();

        await session.Host.DisposeAsync();

        await Should.ThrowAsync<HttpRequestException>(() => answer);
        (await request.Completed.WaitAsync(TestContext.Current.CancellationToken)).ShouldBe(RequestState.ClientGone);
    }

    [Fact]
    public async Task Reset_ends_the_connection_without_an_answer()
    {
        await using var session = await SimulatorSession.StartAsync();

        await Should.ThrowAsync<HttpRequestException>(() => session.PostAsync(SimulatorSession.Body("[[reset]]")));

        (await (await session.FirstRequestAsync()).Completed).ShouldBe(RequestState.Cut);
    }

    [Theory]
    [InlineData("stream_error=2", 2)]
    [InlineData("stream_error=99", 5)]
    public async Task Stream_error_comes_after_its_chunks_and_ends_the_stream(string directive, int contents)
    {
        await using var session = await SimulatorSession.StartAsync();

        var events = await session.EventsAsync(SimulatorSession.Body($"[[tokens=5;{directive};code=server_is_overloaded]]", stream: true));

        events.Count.ShouldBe(1 + contents + 1);
        JsonNode.Parse(events[^1])!["error"]!["code"]!.GetValue<string>().ShouldBe("server_is_overloaded");
    }

    [Theory]
    [InlineData("malformed=2", 3)]
    [InlineData("malformed=99", 6)]
    public async Task Malformed_event_stands_in_its_place_and_the_stream_goes_on(string directive, int index)
    {
        await using var session = await SimulatorSession.StartAsync();

        var events = await session.EventsAsync(SimulatorSession.Body($"[[tokens=5;{directive}]]", stream: true));

        Should.Throw<JsonException>(() => JsonNode.Parse(events[index]));
        events.RemoveAt(index);
        events[^1].ShouldBe("[DONE]");
        events[..^1].ForEach(e => JsonNode.Parse(e).ShouldNotBeNull());
        events.Count.ShouldBe(1 + 5 + 1 + 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Content_type_can_be_wrong(bool stream)
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await session.PostAsync(SimulatorSession.Body("[[wrong_content_type]]", stream: stream));

        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/plain");
    }

    [Fact]
    public async Task Object_can_be_wrong()
    {
        await using var session = await SimulatorSession.StartAsync();

        var answer = await session.JsonAsync(SimulatorSession.Body("[[object=chat.completion.chunk]]"));

        answer["object"]!.GetValue<string>().ShouldBe("chat.completion.chunk");
    }
}
