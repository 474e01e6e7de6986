using System.Net;
using Gateway.Core.Streaming;
using Gateway.Pipeline;
using Gateway.Simulator.Behaviors;
using Gateway.Testing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Http2;

/// <summary>A node that is told to stop, and clients of HTTP/2, who know no <c>Connection: close</c>.</summary>
public sealed class LeavingNodeTests : Http2Test
{
    // Longer than the test, which ends it itself: nothing is refused while it runs.
    private protected override IReadOnlyDictionary<string, string> MoreSettings => new Dictionary<string, string> { ["Gateway:ShutdownDelaySeconds"] = "300" };

    [Theory]
    [InlineData(Wire.Tls)]
    [InlineData(Wire.Cleartext)]
    public async Task Node_that_leaves_sends_its_clients_elsewhere_and_ends_what_it_has_begun(Wire wire)
    {
        var rest = new TaskCompletionSource();
        App.Simulator.Script.Enqueue(Behavior.Parse("text=one two three") with { Hold = rest.Task, HoldAfter = 1 });
        using var client = Client(wire);
        using var stream = await ChatAsync(client, ChatBody.Text("hi", stream: true), Timeout);
        using var enough = new CancellationTokenSource();

        var stopping = App.Services.GetRequiredService<Drain>().StoppingAsync(enough.Token);
        while (Connections == 1)
        {
            using var answer = await ChatAsync(client, ChatBody.Text("hi"), Timeout);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        rest.SetResult();
        (await stream.Content.ReadAsStringAsync(Timeout)).ShouldEndWith("data: [DONE]\n\n");
        await enough.CancelAsync();
        await stopping;
        (await App.RowsAsync()).ShouldAllBe(row => row.Outcome == AnswerOutcome.Completed);
    }
}
