using System.Net;
using System.Text.Json.Nodes;
using Gateway.Core.Pricing;
using Gateway.Core.Streaming;
using Gateway.Simulator.Recording;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

public sealed class TimeoutTests : GatewayTest
{
    protected override GatewayAppOptions Options => new()
    {
        Catalog = address => TestCatalog.For(address, "{ \"connect\": \"1s\", \"first_byte\": \"300ms\", \"idle\": \"300ms\", \"total\": \"5s\" }"),
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Provider_that_never_answers_is_a_504_without_charge(bool stream)
    {
        App.Simulator.Script.Enqueue("hang");

        using var response = await App.ChatAsync(ChatBody.Text("hello", stream: stream));

        response.StatusCode.ShouldBe(HttpStatusCode.GatewayTimeout);
        ((string?)(await response.ErrorAsync())["code"]).ShouldBe("provider_timeout");
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.Outcome, row.Amount).ShouldBe((AnswerOutcome.TimedOut, Money.Zero));
        (await (await App.Simulator.Requests.WaitForAsync(1, Timeout))[0].Completed).ShouldBe(RequestState.ClientGone);
    }

    [Fact]
    public async Task Stream_that_falls_silent_ends_with_an_error_event()
    {
        App.Simulator.Script.Enqueue("hang_after=2;tokens=9");

        using var response = await App.ChatAsync(ChatBody.Text("hello", stream: true));

        var events = await response.EventsAsync();
        ((string?)JsonNode.Parse(events[^1])!["error"]!["code"]).ShouldBe("provider_timeout");
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        row.Outcome.ShouldBe(AnswerOutcome.TimedOut);
        row.CompletionTokens.ShouldBeGreaterThan(0);
    }
}
