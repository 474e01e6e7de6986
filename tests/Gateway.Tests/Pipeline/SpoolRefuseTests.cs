using System.Net;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

public sealed class SpoolRefuseTests() : SpoolTests("refuse")
{
    [Fact]
    public async Task New_requests_are_refused_unsent_until_the_database_is_back()
    {
        Sink.Fault = Outage;
        using var inFlight = await App.ChatAsync(ChatBody.Text("hello"));
        for (var i = 0; i < 3; i++)
        {
            using var refused = await App.ChatAsync(ChatBody.Text("hello"));
            refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            ((string?)(await refused.ErrorAsync())["code"]).ShouldBe("ledger_unavailable");
        }

        inFlight.StatusCode.ShouldBe(HttpStatusCode.OK);
        App.Simulator.Requests.Total.ShouldBe(1);
        (await ReadyAsync()).ShouldBe(HttpStatusCode.ServiceUnavailable);

        Sink.Fault = null;
        await App.RowsAsync(1, Timeout);
        HttpStatusCode status;
        do
        {
            using var again = await App.ChatAsync(ChatBody.Text("hello"));
            status = again.StatusCode;
        }
        while (status == HttpStatusCode.ServiceUnavailable && !Timeout.IsCancellationRequested);

        status.ShouldBe(HttpStatusCode.OK);
        App.Simulator.Requests.Total.ShouldBe(2);
        (await App.RowsAsync(2, Timeout)).Count.ShouldBe(2);
    }
}
