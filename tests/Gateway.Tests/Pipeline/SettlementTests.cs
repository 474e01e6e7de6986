using System.Net;
using Gateway.Core.Callers;
using Gateway.Core.Streaming;
using Gateway.Ledger;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

/// <summary>
/// Whichever way a request ends, there is one row, and of what was reserved exactly what the row does not hold is back. Time stands still,
/// so that no limit refills by itself. Clients that leave have tests of their own.
/// </summary>
public sealed class SettlementTests : GatewayTest
{
    private const int Limit = 100_000;
    private readonly ManualClock _clock = new();
    private readonly RequestProbe _probe = new();
    private readonly LogCollector _logs = new();

    protected override GatewayAppOptions Options => new()
    {
        Time = _clock,
        Services = _probe.Register,
        Logs = _logs,

        // Later than any of these requests may wait: a comment would begin the response before it is refused.
        Settings = new Dictionary<string, string> { ["Gateway:KeepAlive:FirstAfterMs"] = "600000" },
    };

    [Theory]
    [InlineData("text=one two three", false, AnswerOutcome.Completed, 8, 3)]
    [InlineData("text=one two three", true, AnswerOutcome.Completed, 8, 3)]
    [InlineData("no_usage;text=one two three", true, AnswerOutcome.Completed, 8, 3)]
    [InlineData("status=500", false, AnswerOutcome.UpstreamFailed, 0, 0)]
    [InlineData("status=429", true, AnswerOutcome.UpstreamFailed, 0, 0)]
    [InlineData("reset", true, AnswerOutcome.UpstreamFailed, 0, 0)]
    [InlineData("stream_error=2;text=one two three", true, AnswerOutcome.UpstreamFailed, 8, 2)]
    [InlineData("malformed=2;text=one two three", true, AnswerOutcome.UpstreamFailed, 8, 2)]
    public async Task Answer_or_failure_settles_once(string directives, bool stream, AnswerOutcome outcome, long prompt, long completion)
    {
        App.Simulator.Script.Enqueue($"prompt_tokens=8;{directives}");
        var key = await IssueAsync();

        using var response = await App.ChatAsync(Body(stream), key);

        await ShouldHaveSettledAsync(key, outcome, prompt, completion);
    }

    [Theory]
    [InlineData("hang", 0, 0)]
    [InlineData("hang_after=2;text=one two three", 8, 2)]
    public async Task Timeout_settles_once(string directives, long prompt, long completion)
    {
        App.Simulator.Script.Enqueue(directives);
        var key = await IssueAsync();
        using var client = App.Client(key);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = new StringContent(Body(stream: true), System.Text.Encoding.UTF8, "application/json"),
        };
        var asking = client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Timeout);
        await App.Simulator.Requests.WaitForAsync(1, Timeout);
        if (completion > 0)
        {
            using var begun = await asking;
            using var reader = new StreamReader(await begun.Content.ReadAsStreamAsync(Timeout));
            while (!(await reader.ReadLineAsync(Timeout))!.Contains(" two", StringComparison.Ordinal))
            {
            }

            _clock.Advance(TimeSpan.FromSeconds(31));
            await reader.ReadToEndAsync(Timeout);
        }
        else
        {
            _clock.Advance(TimeSpan.FromSeconds(31));
            using var refused = await asking;
            refused.StatusCode.ShouldBe(HttpStatusCode.GatewayTimeout);
        }

        // In half a minute half of the limit would refill; there is nothing to refill but what was used.
        await ShouldHaveSettledAsync(key, AnswerOutcome.TimedOut, prompt, completion, refilled: true);
    }

    [Theory]
    [InlineData(true, AnswerOutcome.UpstreamFailed)]
    [InlineData(false, AnswerOutcome.Completed)]
    public async Task Exception_inside_the_gateway_settles_once(bool stream, AnswerOutcome outcome)
    {
        App.Simulator.Script.Enqueue("prompt_tokens=8;text=one two three");
        var key = await IssueAsync();
        _probe.Before = static context => context.Features.Set<IHttpResponseBodyFeature>(
            new StreamResponseBodyFeature(new BrokenStream(), context.Features.GetRequiredFeature<IHttpResponseBodyFeature>()));
        using (var response = await App.ChatAsync(Body(stream), key))
        {
            response.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        }

        _probe.Before = static _ => { };
        _logs.Lines.ShouldContain(line => line.Contains("The stream is broken.", StringComparison.Ordinal));
        await ShouldHaveSettledAsync(key, outcome, 8, 3);
    }

    private static string Body(bool stream) => ChatBody.Text("hello", "counted", stream, ",\"max_tokens\":900");

    private Task<string> IssueAsync() => App.IssueKeyAsync(keyLimits: new RateLimits { TokensPerMinute = Limit });

    private async Task ShouldHaveSettledAsync(string key, AnswerOutcome outcome, long prompt, long completion, bool refilled = false)
    {
        await _probe.EndedAsync(Timeout);
        LedgerEntry row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.Outcome, row.PromptTokens, row.CompletionTokens).ShouldBe((outcome, prompt, completion));
        using var next = await App.ChatAsync(ChatBody.Text("hello", more: ",\"max_tokens\":100"), key);
        next.Header("x-ratelimit-remaining-tokens").ShouldBe($"{Limit - (refilled ? 0 : prompt + completion) - 108}");
    }

    private sealed class BrokenStream : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new InvalidOperationException("The stream is broken.");

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromException(new InvalidOperationException("The stream is broken."));
    }
}
