using System.Net;
using System.Text;
using Gateway.Core.Callers;
using Gateway.Core.Streaming;
using Gateway.Simulator.Recording;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

public sealed class DisconnectTests : GatewayTest
{
    [Fact]
    public async Task Disconnected_stream_is_billed_once_from_what_was_seen_and_its_reservation_settled()
    {
        var key = await App.IssueKeyAsync(keyLimits: new RateLimits { TokensPerMinute = 2000 });
        App.Simulator.Script.Enqueue("hang_after=4;text=one two three four five six");
        using (var client = new HttpClient(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero }) { BaseAddress = App.Address })
        {
            client.DefaultRequestHeaders.Authorization = new("Bearer", key);
            using var response = await GatewayApp.ChatAsync(
                client, Encoding.UTF8.GetBytes(ChatBody.Text("hello", stream: true, more: ",\"max_tokens\":1900")), HttpCompletionOption.ResponseHeadersRead, Timeout);
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Timeout));
            while (!(await reader.ReadLineAsync(Timeout))!.Contains("four", StringComparison.Ordinal))
            {
            }
        }

        var row = (await App.RowsAsync(1, Timeout)).ShouldHaveSingleItem();
        row.Outcome.ShouldBe(AnswerOutcome.ClientDisconnected);
        row.UsageSource.ShouldBe(UsageSource.Estimated);
        row.PromptTokens.ShouldBe(8);
        row.CompletionTokens.ShouldBe(4); // "one two three four": 19 characters.
        row.Amount.NanoUsd.ShouldBe((8 * 2500) + (4 * 10_000));
        (await (await App.Simulator.Requests.WaitForAsync(1, Timeout))[0].Completed).ShouldBe(RequestState.ClientGone);

        // The row is durable a moment before the reservation ends.
        using var again = await UntilAdmittedAsync(key);
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Client_that_leaves_before_the_answer_pays_for_its_prompt()
    {
        App.Simulator.Script.Enqueue("hang");
        using var client = new HttpClient { BaseAddress = App.Address };
        client.DefaultRequestHeaders.Authorization = new("Bearer", App.Key);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Timeout);

        var pending = GatewayApp.ChatAsync(client, Encoding.UTF8.GetBytes(ChatBody.Text("hello")), HttpCompletionOption.ResponseContentRead, gone.Token);
        var received = (await App.Simulator.Requests.WaitForAsync(1, Timeout))[0];
        await gone.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(pending);
        (await received.Completed).ShouldBe(RequestState.ClientGone);
        var row = (await App.RowsAsync(1, Timeout)).ShouldHaveSingleItem();
        (row.Outcome, row.PromptTokens, row.CompletionTokens).ShouldBe((AnswerOutcome.ClientDisconnected, 8, 0));
    }

    private async Task<HttpResponseMessage> UntilAdmittedAsync(string key)
    {
        while (true)
        {
            var response = await App.ChatAsync(ChatBody.Text("hello", more: ",\"max_tokens\":1900"), key);
            if (response.StatusCode != HttpStatusCode.TooManyRequests || Timeout.IsCancellationRequested)
            {
                return response;
            }

            // 1,900 tokens would take most of a minute to refill: only the settlement lets this one in so soon.
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Timeout);
        }
    }
}
