using System.Net;
using System.Text.Json.Nodes;
using Gateway.Core.Pricing;
using Gateway.Core.Streaming;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

public sealed class OddStreamTests
{
    private const string Head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
    private const string Half = "data: {\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"half an ans\"},\"finish_reason\":null}]}\n\n";
    private const string Usage = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":0}}\n\n";

    private static CancellationToken Timeout => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stream_that_closes_without_a_finish_is_no_complete_answer()
    {
        await using var run = await RunAsync(Head + Half);

        ((string?)JsonNode.Parse(run.Events[^1])!["error"]!["code"]).ShouldBe("provider_unreachable");
        (run.Row.Outcome, run.Row.CompletionTokens).ShouldBe((AnswerOutcome.UpstreamFailed, 2));
        (await run.Response.Content.ReadAsStringAsync(Timeout)).ShouldContain($": x-gateway-cost-usd={run.Row.Amount}\n\ndata: {{\"error\"");
    }

    [Fact]
    public async Task Flat_error_event_is_an_error()
    {
        await using var run = await RunAsync(Head + Half + "event: error\ndata: {\"message\":\"boom\",\"type\":\"server_error\"}\n\n");

        ((string?)JsonNode.Parse(run.Events[^1])!["error"]!["code"]).ShouldBe("provider_error");
        run.Row.Outcome.ShouldBe(AnswerOutcome.UpstreamFailed);
    }

    [Fact]
    public async Task Error_in_the_first_event_is_a_status()
    {
        await using var run = await RunAsync(Head + "data: {\"error\":{\"message\":\"slow\",\"type\":\"requests\",\"code\":\"rate_limit_exceeded\"}}\n\n");

        run.Response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (run.Row.Outcome, run.Row.Amount).ShouldBe((AnswerOutcome.UpstreamFailed, Money.Zero));
    }

    [Fact]
    public async Task Stream_of_nothing_but_its_end_is_refused_and_free()
    {
        await using var run = await RunAsync(Head + "data: [DONE]\n\n");

        run.Response.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        run.Row.Amount.ShouldBe(Money.Zero);
    }

    [Fact]
    public async Task Stream_of_hidden_usage_alone_is_an_empty_answer()
    {
        await using var run = await RunAsync(Head + Usage + "data: [DONE]\n\n");

        run.Response.StatusCode.ShouldBe(HttpStatusCode.OK);
        run.Response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        run.Events.ShouldBe(["[DONE]"]);
        (run.Row.Outcome, run.Row.PromptTokens).ShouldBe((AnswerOutcome.Completed, 9));
    }

    [Fact]
    public async Task Refusal_whose_body_never_ends_is_judged_by_what_came()
    {
        await using var run = await RunAsync(
            "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{\"error\":{\"message\":\"too long\",\"type\":\"invalid_request_error\",\"code\":\"context_length_exceeded\"}}");

        run.Response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        ((string?)(await run.Response.ErrorAsync())["code"]).ShouldBe("context_length_exceeded");
    }

    private static async Task<Run> RunAsync(string answer)
    {
        var stub = new WireStub(answer);
        var app = await GatewayApp.StartAsync(new GatewayAppOptions { Catalog = _ => TestCatalog.For(stub.Base) });
        var response = await app.ChatAsync(ChatBody.Text("hello", stream: true));
        return new Run(stub, app, response, await response.EventsAsync(), (await app.RowsAsync()).ShouldHaveSingleItem());
    }

    private sealed record Run(WireStub Stub, GatewayApp App, HttpResponseMessage Response, IReadOnlyList<string> Events, Ledger.LedgerEntry Row) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            Response.Dispose();
            await App.DisposeAsync();
            await Stub.DisposeAsync();
        }
    }
}
