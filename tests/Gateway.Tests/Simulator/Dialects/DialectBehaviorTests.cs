using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Simulator;
using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Recording;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Simulator.Dialects;

/// <summary>What a behaviour does, it does in every dialect.</summary>
public sealed class DialectBehaviorTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<SimulatorDialect> All => DialectCall.All;

    public static TheoryData<SimulatorDialect, bool> AllTwice => DialectCall.AllTwice;

    [Theory]
    [MemberData(nameof(AllTwice))]
    public async Task Content_asked_for_is_given(SimulatorDialect dialect, bool stream)
    {
        await using var session = await SimulatorSession.StartAsync();

        (await TextAsync(session, dialect, "[[text=Boats in a harbour]]", stream)).ShouldBe("Boats in a harbour");
        (await TextAsync(session, dialect, "Hello", stream)).ShouldBe("You asked 'Hello' and sent 0 images.");
        (await TextAsync(session, dialect, "[[tokens=3]]", stream)).ShouldBe("The picture shows");
        (await TextAsync(session, dialect, "[[refusal=Never]]", stream)).ShouldBe("Never");
    }

    [Theory]
    [MemberData(nameof(AllTwice))]
    public async Task Structured_answer_fits_its_schema(SimulatorDialect dialect, bool stream)
    {
        await using var session = await SimulatorSession.StartAsync();

        var answer = JsonNode.Parse(await TextAsync(session, dialect, "Weather?", stream, WithSchema))!;

        answer.ToJsonString().ShouldBe("""{"city":"sample","degrees":-5,"wind":{"from":"north"},"days":["2025-01-01"]}""".Replace(
            "\"2025-01-01\"", dialect is SimulatorDialect.Gemini ? "\"sample\"" : "\"2025-01-01\"", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(AllTwice))]
    public async Task Directive_goes_over_the_schema(SimulatorDialect dialect, bool stream)
    {
        await using var session = await SimulatorSession.StartAsync();

        (await TextAsync(session, dialect, "[[text=no JSON]]", stream, WithSchema)).ShouldBe("no JSON");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Request_is_recorded_with_its_dialect(SimulatorDialect dialect)
    {
        await using var session = await SimulatorSession.StartAsync();

        using (await session.AskAsync(dialect))
        {
        }

        var request = await session.FirstRequestAsync();
        request.Dialect.ShouldBe(dialect);
        $"{request.Path}{request.Query}".ShouldBe(DialectCall.Path(dialect));
        request.BodyText.ShouldBe(DialectCall.Body(dialect).ToJsonString());
        var listed = JsonNode.Parse(await session.Http.GetStringAsync("/simulator/requests", Ct))![0]!;
        ((string?)listed["dialect"]).ShouldBe(dialect.ToString().ToLowerInvariant());
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Script_goes_over_the_message_and_options_under_it(SimulatorDialect dialect)
    {
        await using var session = await SimulatorSession.StartAsync(new SimulatorOptions { Default = Behavior.Parse("text=by options") });
        session.Host.Script.Enqueue("text=by script");

        (await TextAsync(session, dialect, "[[text=by message]]", stream: false)).ShouldBe("by script");
        (await TextAsync(session, dialect, "[[text=by message]]", stream: false)).ShouldBe("by message");
        (await TextAsync(session, dialect, "Hello", stream: false)).ShouldBe("by options");
    }

    [Theory]
    [MemberData(nameof(AllTwice))]
    public async Task Failure_has_its_status_and_headers(SimulatorDialect dialect, bool stream)
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await session.AskAsync(dialect, "[[status=429;message=so sorry;retry_after=7;retry_after_ms=7000]]", stream);

        ((int)response.StatusCode).ShouldBe(429);
        ((string?)(await DialectCall.ErrorAsync(dialect, response))["message"]).ShouldBe("so sorry");
        response.Headers.GetValues("retry-after").ShouldBe(["7"]);
        response.Headers.GetValues("retry-after-ms").ShouldBe(["7000"]);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Page_or_foreign_error_takes_the_place_of_an_answer(SimulatorDialect dialect)
    {
        await using var session = await SimulatorSession.StartAsync();

        using var page = await session.AskAsync(dialect, "[[html]]");
        using var foreign = await session.AskAsync(dialect, "[[foreign_error=out_of_credit;status=402]]");

        ((int)page.StatusCode).ShouldBe(502);
        page.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        ((int)foreign.StatusCode).ShouldBe(402);
        ((string?)(await SimulatorSession.JsonAsync(foreign))["error"]!["code"]).ShouldBe("out_of_credit");
    }

    [Theory]
    [MemberData(nameof(AllTwice))]
    public async Task Reset_and_hang_give_no_answer(SimulatorDialect dialect, bool stream)
    {
        await using var session = await SimulatorSession.StartAsync();
        using var client = new CancellationTokenSource();

        await Should.ThrowAsync<HttpRequestException>(() => session.AskAsync(dialect, "[[reset]]", stream));
        var hanging = session.AskAsync(dialect, "[[hang]]", stream, client.Token);
        var requests = await session.Host.Requests.WaitForAsync(2, Ct);
        await client.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => hanging);
        (await requests[0].Completed).ShouldBe(RequestState.Cut);
        (await requests[1].Completed.WaitAsync(Ct)).ShouldBe(RequestState.ClientGone);
    }

    [Theory]
    [MemberData(nameof(AllTwice))]
    public async Task Held_answer_waits_to_be_let_go(SimulatorDialect dialect, bool stream)
    {
        await using var session = await SimulatorSession.StartAsync();
        var release = new TaskCompletionSource();
        session.Host.Script.Enqueue(Behavior.Held(release.Task));

        var answer = session.AskAsync(dialect, "Hello", stream);
        (await session.FirstRequestAsync()).State.ShouldBe(RequestState.InProgress);
        answer.IsCompleted.ShouldBeFalse();
        release.SetResult();

        using var response = await answer;
        ((int)response.StatusCode).ShouldBe(200);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Waits_are_those_asked_for(SimulatorDialect dialect)
    {
        var timers = new ManualTimers();
        await using var session = await SimulatorSession.StartAsync(new SimulatorOptions { Time = timers });

        var answer = session.AskAsync(dialect, "[[first_byte=3s;first_token=4s;pace=5s;tokens=2]]", stream: true);
        var due = new List<TimeSpan>();
        for (var i = 0; i < 3; i++)
        {
            var (wait, fire) = await timers.NextAsync();
            due.Add(wait);
            fire();
        }

        using var response = await answer;
        await response.Content.ReadAsStringAsync(Ct);
        due.Select(wait => wait.TotalSeconds).ShouldBe([3, 4, 5]);
    }

    [Theory]
    [MemberData(nameof(AllTwice))]
    public async Task Cut_answer_breaks_the_connection(SimulatorDialect dialect, bool stream)
    {
        await using var session = await SimulatorSession.StartAsync();

        var (text, broken) = await UntilBrokenAsync(session, dialect, "[[tokens=5;cut=3]]", stream);

        broken.ShouldBeTrue();
        if (stream)
        {
            text.ShouldContain("shows");
            text.ShouldNotContain("quiet");
        }

        (await (await session.FirstRequestAsync()).Completed).ShouldBe(RequestState.Cut);
    }

    [Theory]
    [MemberData(nameof(AllTwice))]
    public async Task Cut_body_breaks_inside_of_what_it_sends(SimulatorDialect dialect, bool stream)
    {
        await using var session = await SimulatorSession.StartAsync();

        var (text, broken) = await UntilBrokenAsync(session, dialect, "[[cut_body]]", stream);

        broken.ShouldBeTrue();
        text.ShouldNotBeEmpty();
        text.ShouldNotEndWith("\n");
        Should.Throw<JsonException>(() => JsonNode.Parse(stream ? DialectCall.Data(text)[^1] : text));
    }

    [Theory]
    [MemberData(nameof(AllTwice))]
    public async Task Truncated_answer_is_whole_http_around_broken_json(SimulatorDialect dialect, bool stream)
    {
        await using var session = await SimulatorSession.StartAsync();

        var (text, broken) = await UntilBrokenAsync(session, dialect, "[[truncated]]", stream);

        broken.ShouldBeFalse();
        Should.Throw<JsonException>(() => JsonNode.Parse(stream ? DialectCall.Data(text)[^1] : text));
    }

    [Theory]
    [MemberData(nameof(AllTwice))]
    public async Task Endless_or_silent_answer_ends_with_its_client(SimulatorDialect dialect, bool stream)
    {
        await using var session = await SimulatorSession.StartAsync();

        var number = 0;
        foreach (var directives in (string[])["endless;pace=1ms", "hang_after=1"])
        {
            var response = await session.AskAsync(dialect, $"[[{directives}]]", stream);
            await (await response.Content.ReadAsStreamAsync(Ct)).ReadExactlyAsync(new byte[32], Ct);
            var request = (await session.Host.Requests.WaitForAsync(++number, Ct))[^1];
            request.State.ShouldBe(RequestState.InProgress);
            response.Dispose();

            (await request.Completed.WaitAsync(Ct)).ShouldBe(RequestState.ClientGone);
        }
    }

    [Theory]
    [MemberData(nameof(AllTwice))]
    public async Task Content_type_can_be_wrong(SimulatorDialect dialect, bool stream)
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await session.AskAsync(dialect, "[[wrong_content_type]]", stream);

        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/plain");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Stream_can_be_ignored(SimulatorDialect dialect)
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await session.AskAsync(dialect, "[[ignore_stream;text=Whole]]", stream: true);

        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        TextOf(dialect, await SimulatorSession.JsonAsync(response)).ShouldBe("Whole");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Events_are_the_same_whatever_ends_their_lines_and_however_they_are_split(SimulatorDialect dialect)
    {
        await using var session = await SimulatorSession.StartAsync();
        var plain = Comparable(await StreamAsync(session, dialect, "[[lf;tokens=4]]"));

        foreach (var (directive, lineEnd) in ((string, string)[])
            [("cr", "\r\r"), ("crlf", "\r\n\r\n"), ("split=7", ""), ("crlf;split=3", "\r\n\r\n"), ("pace=1us", "")])
        {
            var text = await StreamAsync(session, dialect, $"[[{directive};tokens=4]]");

            text.ShouldContain(lineEnd);
            Comparable(text).ShouldBe(plain);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Odd_frames_between_events_change_nothing(SimulatorDialect dialect)
    {
        await using var session = await SimulatorSession.StartAsync();
        var plain = Comparable(await StreamAsync(session, dialect, "[[tokens=4]]"));

        var text = await StreamAsync(session, dialect, "[[empty_events;tokens=4]]");

        text.ShouldContain(": keep-alive");
        Comparable(text).ShouldBe(plain);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Malformed_event_stands_in_its_place_and_the_stream_goes_on(SimulatorDialect dialect)
    {
        await using var session = await SimulatorSession.StartAsync();
        var whole = DialectCall.Data(await StreamAsync(session, dialect, "[[tokens=4]]")).Count;

        var data = DialectCall.Data(await StreamAsync(session, dialect, "[[tokens=4;malformed=2]]"));

        data.Count.ShouldBe(whole + 1);
        var broken = data.FindIndex(each => each is not "[DONE]" && !IsJson(each));
        data[broken - 1].ShouldContain("picture");
        data[broken + 1].ShouldContain("shows");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Stream_error_comes_after_its_content_and_is_the_last(SimulatorDialect dialect)
    {
        await using var session = await SimulatorSession.StartAsync();

        var data = DialectCall.Data(await StreamAsync(session, dialect, "[[tokens=4;stream_error=2;message=so sorry]]"));

        ((string?)JsonNode.Parse(data[^1])!["error"]!["message"]).ShouldBe("so sorry");
        data[^2].ShouldContain("picture");
    }

    [Theory]
    [InlineData(SimulatorDialect.OpenAi, "[DONE]")]
    [InlineData(SimulatorDialect.Azure, "[DONE]")]
    [InlineData(SimulatorDialect.Anthropic, "\"message_stop\"")]
    [InlineData(SimulatorDialect.Gemini, "\"finishReason\"")]
    public async Task Event_that_ends_a_stream_can_be_missing(SimulatorDialect dialect, string end)
    {
        await using var session = await SimulatorSession.StartAsync();

        var whole = await StreamAsync(session, dialect, "Hello");
        var without = await StreamAsync(session, dialect, "[[no_done]]");

        whole.ShouldContain(end);
        without.ShouldNotContain(end);
    }

    [Theory]
    [InlineData(SimulatorDialect.OpenAi, "\"finish_reason\":\"stop\"")]
    [InlineData(SimulatorDialect.Azure, "\"finish_reason\":\"stop\"")]
    [InlineData(SimulatorDialect.Anthropic, "\"stop_reason\":\"end_turn\"")]
    [InlineData(SimulatorDialect.Gemini, "\"finishReason\":\"STOP\"")]
    public async Task Answer_can_end_twice(SimulatorDialect dialect, string reason)
    {
        await using var session = await SimulatorSession.StartAsync();

        DialectCall.Data(await StreamAsync(session, dialect, "[[double_finish]]")).Count(data => data.Contains(reason, StringComparison.Ordinal)).ShouldBe(2);
    }

    [Theory]
    [MemberData(nameof(AllTwice))]
    public async Task First_event_can_be_big(SimulatorDialect dialect, bool stream)
    {
        await using var session = await SimulatorSession.StartAsync();

        (await TextAsync(session, dialect, "[[big_event=100k;tokens=2]]", stream)).ShouldBe(new string('x', 102_400) + " picture");
    }

    [Theory]
    [InlineData(SimulatorDialect.OpenAi, "prompt_tokens\":-7")]
    [InlineData(SimulatorDialect.Azure, "prompt_tokens\":-7")]
    [InlineData(SimulatorDialect.Anthropic, "input_tokens\":-7")]
    [InlineData(SimulatorDialect.Gemini, "promptTokenCount\":-7")]
    public async Task Usage_can_be_absurd(SimulatorDialect dialect, string reported)
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await session.AskAsync(dialect, "[[prompt_tokens=-7;completion_tokens=9000000000000000]]");

        var text = await response.Content.ReadAsStringAsync(Ct);
        text.ShouldContain(reported);
        text.ShouldContain(":9000000000000000");
    }

    private static JsonObject WithSchema(SimulatorDialect dialect, JsonObject body)
    {
        const string schema = """
            {"type":"object","properties":{"city":{"type":"string"},"degrees":{"type":"integer","minimum":-5},
             "wind":{"type":"object","properties":{"from":{"type":"string","enum":["north","south"]}},"required":["from"],"additionalProperties":false},
             "days":{"type":"array","items":{"type":"string","format":"date"}}},"required":["city","degrees"],"additionalProperties":false}
            """;
        switch (dialect)
        {
            case SimulatorDialect.Anthropic:
                body["output_config"] = new JsonObject { ["format"] = new JsonObject { ["type"] = "json_schema", ["schema"] = JsonNode.Parse(schema) } };
                break;
            case SimulatorDialect.Gemini:
                var own = schema.Replace(",\"additionalProperties\":false", "", StringComparison.Ordinal).Replace(",\"format\":\"date\"", "", StringComparison.Ordinal);
                body["generationConfig"] = new JsonObject { ["responseMimeType"] = "application/json", ["responseSchema"] = JsonNode.Parse(own) };
                break;
            default:
                body["response_format"] = new JsonObject
                {
                    ["type"] = "json_schema",
                    ["json_schema"] = new JsonObject { ["name"] = "weather", ["strict"] = true, ["schema"] = JsonNode.Parse(schema) },
                };
                break;
        }

        return body;
    }

    private static async Task<string> TextAsync(
        SimulatorSession session, SimulatorDialect dialect, string text, bool stream, Func<SimulatorDialect, JsonObject, JsonObject>? change = null)
    {
        var body = DialectCall.Body(dialect, text, stream);
        body = change?.Invoke(dialect, body) ?? body;
        return stream
            ? string.Concat((await session.EventsAsync(dialect, body)).Select(chunk => DeltaOf(dialect, chunk)))
            : TextOf(dialect, await session.AnswerAsync(dialect, body)) ?? "";
    }

    private static string? TextOf(SimulatorDialect dialect, JsonNode answer) => dialect switch
    {
        SimulatorDialect.Anthropic => (string?)answer["content"]![0]!["text"],
        SimulatorDialect.Gemini => (string?)answer["candidates"]![0]!["content"]!["parts"]![0]!["text"],
        _ => (string?)answer["choices"]![0]!["message"]!["content"] ?? (string?)answer["choices"]![0]!["message"]!["refusal"],
    };

    private static string? DeltaOf(SimulatorDialect dialect, JsonNode chunk) => dialect switch
    {
        SimulatorDialect.Anthropic => (string?)chunk["type"] == "content_block_delta" ? (string?)chunk["delta"]!["text"] : null,
        SimulatorDialect.Gemini => (string?)chunk["candidates"]![0]!["content"]!["parts"]![0]!["text"],
        _ => chunk["choices"]!.AsArray().Count == 0 ? null
            : (string?)chunk["choices"]![0]!["delta"]!["content"] ?? (string?)chunk["choices"]![0]!["delta"]!["refusal"],
    };

    private static async Task<string> StreamAsync(SimulatorSession session, SimulatorDialect dialect, string text)
    {
        using var response = await session.AskAsync(dialect, text, stream: true);
        return await response.Content.ReadAsStringAsync(Ct);
    }

    private static async Task<(string Text, bool Broken)> UntilBrokenAsync(SimulatorSession session, SimulatorDialect dialect, string text, bool stream)
    {
        using var response = await session.AskAsync(dialect, text, stream);
        return await SimulatorSession.UntilBrokenAsync(response);
    }

    /// <summary>What an answer says, without what differs from one to the next.</summary>
    private static List<string> Comparable(string stream) =>
        DialectCall.Data(stream).FindAll(data => data is not "[DONE]").ConvertAll(data =>
        {
            var node = JsonNode.Parse(data)!.AsObject();
            foreach (var name in (string[])["id", "created", "responseId", "usageMetadata", "message"])
            {
                node.Remove(name);
            }

            return node.ContainsKey("usage") ? "usage" : node.ToJsonString();
        });

    private static bool IsJson(string data)
    {
        try
        {
            JsonNode.Parse(data);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
