using System.Net;
using System.Text.Json.Nodes;
using Gateway.Core.Pricing;
using Gateway.Core.Streaming;
using Gateway.Simulator.Behaviors;
using Gateway.Testing;
using Gateway.Tests.Dialects;
using Gateway.Tests.Pipeline;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Messages;

/// <summary><c>/v1/messages</c> from one end to the other: passed on, and translated; each billed once.</summary>
public sealed class MessagesTests : MessagesTest
{
    private static readonly Money Cost = new((1000 * 3000) + (300 * 300) + (200 * 3750) + (40 * 15000));

    [Fact]
    public async Task Bytes_pass_to_who_speaks_it_and_the_answer_comes_back_under_the_clients_name()
    {
        Upstream.ThenJson(AnthropicUpstream.Answer);
        var body = Body("claude", more: ", \"metadata\":{\"user_id\":\"u-1\"} ,\"unknown\":[1.0]");

        using var response = await SendAsync(body, headers: [("anthropic-beta", "a-2025,b-2025"), ("Cookie", "c=1")]);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await response.Content.ReadAsStringAsync(Timeout)).ShouldBe(AnthropicUpstream.Answer.Replace("claude-x", "claude", StringComparison.Ordinal));
        response.Header("x-gateway-cost-usd").ShouldBe(Cost.ToString());
        response.Header("request-id").ShouldBe(response.Header("x-request-id"));
        var call = Upstream.Calls.ShouldHaveSingleItem();
        (call.Path, call.Body).ShouldBe(("/v1/messages", body.Replace("\"claude\"", "\"claude-x\"", StringComparison.Ordinal)));
        (call.Headers["x-api-key"], call.Headers["anthropic-version"], call.Headers["anthropic-beta"]).ShouldBe((AnthropicUpstream.Key, "2023-06-01", "a-2025,b-2025"));
        call.Headers.Keys.ShouldNotContain("Cookie");
        call.Headers.Values.ShouldAllBe(value => !value.Contains(App.Key, StringComparison.Ordinal));
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.Endpoint, row.Outcome, row.UsageSource, row.Amount, row.EndUser).ShouldBe(("/v1/messages", AnswerOutcome.Completed, UsageSource.Provider, Cost, "u-1"));
        (row.PromptTokens, row.CachedTokens, row.CacheWriteTokens, row.CompletionTokens).ShouldBe((1500, 300, 200, 40));
    }

    [Fact]
    public async Task Version_is_the_usual_one_where_the_client_names_none_and_what_is_not_fit_stays_here()
    {
        Upstream.ThenJson(AnthropicUpstream.Answer);

        using var response = await SendAsync(Body("claude"), "/v1/messages", [("Authorization", $"Bearer {App.Key}"), ("anthropic-beta", new string('b', 2000)), ("OpenAI-Beta", "x")]);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var headers = Upstream.Calls.Single().Headers;
        headers["anthropic-version"].ShouldBe("2023-06-01");
        headers.Keys.ShouldNotContain("anthropic-beta");
        headers.Keys.ShouldNotContain("OpenAI-Beta");
    }

    [Fact]
    public async Task Stream_passes_with_its_cost_before_the_last_event()
    {
        var odd = "event: odd_event\ndata: {\"type\":\"odd_event\",\"x\":1}\n\n";
        var start = AnthropicUpstream.Start.Replace("\"content\":[]", "\"model\":\"claude-x\",\"content\":[]", StringComparison.Ordinal);
        Upstream.ThenStream(start, AnthropicUpstream.Text("Hel"), odd, AnthropicUpstream.Text("lo"), AnthropicUpstream.Finish);

        using var response = await SendAsync(Body("claude", stream: true));

        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        var expected = start.Replace("claude-x", "claude", StringComparison.Ordinal) + AnthropicUpstream.Text("Hel") + odd + AnthropicUpstream.Text("lo")
            + AnthropicUpstream.Finish.Replace(AnthropicUpstream.Stop, $": x-gateway-cost-usd={Cost}\n\n{AnthropicUpstream.Stop}", StringComparison.Ordinal);
        (await response.Content.ReadAsStringAsync(Timeout)).ShouldBe(expected);
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.Endpoint, row.Stream, row.Outcome, row.UsageSource, row.Amount, row.PromptTokens, row.CompletionTokens)
            .ShouldBe(("/v1/messages", true, AnswerOutcome.Completed, UsageSource.Provider, Cost, 1500, 40));
    }

    [Fact]
    public async Task Question_to_a_model_of_openai_is_translated_there_and_back_and_billed_by_its_usage()
    {
        App.Simulator.Script.Enqueue(Behavior.Parse("prompt_tokens=90;cached_tokens=50;text=Boats in a harbour"));

        using var response = await SendAsync(Body("gpt", more: ",\"system\":\"S\""));

        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Timeout));
        var answer = await response.JsonAsync();
        ((string?)answer["id"])!.ShouldBe("msg_" + response.Header("x-request-id")!["req_".Length..]);
        ((string?)answer["type"], (string?)answer["model"], (string?)answer["stop_reason"]).ShouldBe(("message", "gpt", "end_turn"));
        answer["content"]!.ToJsonString().ShouldBe("""[{"type":"text","text":"Boats in a harbour"}]""");
        ((int?)answer["usage"]!["input_tokens"], (int?)answer["usage"]!["cache_read_input_tokens"], (int?)answer["usage"]!["output_tokens"]).ShouldBe((40, 50, 4));
        var sent = App.Simulator.Requests.Snapshot().ShouldHaveSingleItem();
        sent.Path.ShouldBe("/v1/chat/completions");
        sent.BodyText.ShouldBe("""{"model":"gpt-4o","messages":[{"role":"system","content":"S"},{"role":"user","content":"hello"}],"max_completion_tokens":100}""");
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.Endpoint, row.UsageSource, row.PromptTokens, row.CachedTokens, row.CompletionTokens).ShouldBe(("/v1/messages", UsageSource.Provider, 90, 50, 4));
        row.Amount.NanoUsd.ShouldBe((40 * 2500) + (50 * 1250) + (4 * 10_000));
    }

    [Fact]
    public async Task Stream_of_a_model_of_openai_is_events_of_messages()
    {
        App.Simulator.Script.Enqueue(Behavior.Parse("prompt_tokens=90;text=Boats in a harbour"));

        using var response = await SendAsync(Body("gpt", stream: true));

        var text = await response.Content.ReadAsStringAsync(Timeout);
        var events = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(part => part.StartsWith("event: ", StringComparison.Ordinal)).Select(part => part.Split('\n')).ToList();
        events.Select(lines => lines[0]["event: ".Length..]).Distinct().ShouldBe(
            ["message_start", "ping", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "message_stop"]);
        var data = events.Select(lines => JsonNode.Parse(lines[1]["data: ".Length..])!).ToList();
        data.Select(json => "event: " + (string?)json["type"]).ShouldBe(events.Select(lines => lines[0]));
        string.Concat(data.Select(json => (string?)json["delta"]?["text"])).ShouldBe("Boats in a harbour");
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.Outcome, row.UsageSource, row.PromptTokens, row.CompletionTokens).ShouldBe((AnswerOutcome.Completed, UsageSource.Provider, 90, 4));
        text.ShouldEndWith($": x-gateway-cost-usd={row.Amount}\n\nevent: message_stop\ndata: {{\"type\":\"message_stop\"}}\n\n");
    }

    [Fact]
    public async Task Another_deployment_serves_in_its_own_dialect_and_counts_the_pictures_its_own_way()
    {
        Upstream.ThenJson("""{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", 529);
        App.Simulator.Script.Enqueue(Behavior.Parse("no_usage;text=Boats"));

        using var response = await SendAsync(Body("either", content: $"[{Image(1024, 1024)}]"));

        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Timeout));
        ((string?)(await response.JsonAsync())["model"]).ShouldBe("either");
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.Provider, row.ImageTokens, row.UsageSource, row.PromptTokens).ShouldBe(("sim", 765, UsageSource.Counted, 765 + 7));
        Upstream.Calls.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("claude")]
    [InlineData("gpt")]
    public async Task Picture_weighs_the_same_in_a_chat_and_in_a_message_wherever_it_stands(string model)
    {
        if (model == "claude")
        {
            Enumerable.Repeat(AnthropicUpstream.Answer, 3).ToList().ForEach(answer => Upstream.ThenJson(answer));
        }

        using var chat = await App.ChatAsync(ChatBody.Image(Pictures.PngUrl(1920, 1080), model: model));
        using var message = await SendAsync(Body(model, content: $"[{Image(1920, 1080)}]"));
        using var result = await SendAsync(
            $$$"""{"model":"{{{model}}}","max_tokens":9,"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{{{Image(1920, 1080)}}}]}]}]}""");

        foreach (var response in (HttpResponseMessage[])[chat, message, result])
        {
            response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Timeout));
        }

        var rows = await App.RowsAsync();
        rows.Count.ShouldBe(3);
        rows.Select(row => row.ImageTokensEstimated).Distinct().ShouldBe([model == "gpt" ? 1105 : 1560]);
    }

    [Fact]
    public async Task Repeat_by_key_gets_the_same_stream_and_is_charged_once()
    {
        Upstream.ThenStream(AnthropicUpstream.Start, AnthropicUpstream.Text("Hello"), AnthropicUpstream.Finish);
        var body = Body("claude", stream: true);

        using var first = await SendAsync(body, headers: [("Idempotency-Key", "k1")]);
        using var second = await SendAsync(body, headers: [("Idempotency-Key", "k1")]);

        var text = await first.Content.ReadAsStringAsync(Timeout);
        text.ShouldEndWith(AnthropicUpstream.Stop);
        (await second.Content.ReadAsStringAsync(Timeout)).ShouldBe(text);
        second.Header("x-gateway-idempotent-replay").ShouldBe("true");
        (await App.RowsAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Client_that_leaves_is_billed_once_by_the_usage_at_the_end()
    {
        var release = new TaskCompletionSource();
        Upstream.ThenHold("text/event-stream", AnthropicUpstream.Start + AnthropicUpstream.Text("one two "), release.Task, AnthropicUpstream.Text("more") + AnthropicUpstream.Finish);
        using (var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, ResponseDrainTimeout = TimeSpan.Zero }) { BaseAddress = App.Address })
        {
            client.DefaultRequestHeaders.Add("x-api-key", App.Key);
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages") { Content = new StringContent(Body("claude", stream: true)) };
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Timeout);
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Timeout));
            while (!(await reader.ReadLineAsync(Timeout))!.Contains("one two", StringComparison.Ordinal))
            {
                // Up to the first text.
            }
        }

        await Probe.NoticedAsync(Timeout);
        release.SetResult();

        var row = (await App.RowsAsync(1, Timeout)).ShouldHaveSingleItem();
        (row.Outcome, row.UsageSource, row.PromptTokens, row.CompletionTokens, row.Amount).ShouldBe((AnswerOutcome.ClientDisconnected, UsageSource.Provider, 1500, 40, Cost));
    }

    [Theory]
    [InlineData("claude")]
    [InlineData("gpt")]
    public async Task Error_in_the_middle_of_a_stream_is_an_error_event_and_no_stop(string model)
    {
        Upstream.ThenStream(AnthropicUpstream.Start, AnthropicUpstream.Text("Hello"), "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n");
        App.Simulator.Script.Enqueue(Behavior.Parse("stream_error=2"));

        using var response = await SendAsync(Body(model, stream: true));

        var text = await response.Content.ReadAsStringAsync(Timeout);
        text.ShouldNotContain("message_stop");
        var last = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)[^1].Split('\n');
        last[0].ShouldBe("event: error");
        var error = JsonNode.Parse(last[1]["data: ".Length..])!;
        ((string?)error["type"], (string?)error["error"]!["type"]).ShouldBe(("error", model == "claude" ? "overloaded_error" : "api_error"));
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        row.Outcome.ShouldBe(AnswerOutcome.UpstreamFailed);
        row.Amount.NanoUsd.ShouldBePositive();
    }
}
