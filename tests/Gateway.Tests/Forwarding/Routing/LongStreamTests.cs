using System.Text.Json.Nodes;
using System.Threading.Channels;
using Gateway.Core.Streaming;
using Gateway.Testing;
using Gateway.Tests.Pipeline;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Forwarding.Routing;

/// <summary>A chat that makes a picture and tells of its progress once a minute, on a clock that the test moves.</summary>
public sealed class LongStreamTests : IAsyncLifetime
{
    // Periods that no other timer of the gateway has: the comment's is known by its own.
    private const int FirstAfterMs = 30_003;
    private const int IntervalMs = 15_001;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(IntervalMs);

    private readonly ManualClock _clock = new();
    private readonly Channel<string?> _script = Channel.CreateUnbounded<string?>();
    private ScriptedUpstream _provider = null!; // Both are set before any test runs.
    private GatewayApp _app = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _provider = await ScriptedUpstream.StartAsync();
        _app = await GatewayApp.StartAsync(new GatewayAppOptions
        {
            Time = _clock,
            Settings = new Dictionary<string, string> { ["Gateway:KeepAlive:FirstAfterMs"] = $"{FirstAfterMs}", ["Gateway:KeepAlive:IntervalMs"] = $"{IntervalMs}" },
            Catalog = simulator => RoutingCatalog.For(
                simulator,
                $$"""
                "painter": { {{RoutingCatalog.Price}}, "deployments": [{ "provider": "studio", "model": "x" }],
                  "timeouts": { "first_byte": "2m", "idle": "2m", "total": "30m" } },
                """,
                $$""" "studio": { "dialect": "openai", "base_url": "{{_provider.Base}}v1" } """),
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task Picture_that_takes_twenty_minutes_arrives_with_its_progress_and_comments_in_between()
    {
        const int Minutes = 20;
        await using var stream = await OpenAsync();
        await TellProgressAsync(stream, Minutes);

        await SendAsync(Finish, Usage, "data: [DONE]\n\n", null);
        var text = await stream.ReadToEndAsync();

        Parts(text).Count(part => part.Contains("progress", StringComparison.Ordinal)).ShouldBe(Minutes + 1);
        Parts(text).ShouldContain(Comment);
        text.ShouldEndWith("data: [DONE]\n\n");
        var row = (await _app.RowsAsync(1, Ct)).ShouldHaveSingleItem();
        (row.Outcome, row.CompletionTokens, row.LatencyMs).ShouldBe((AnswerOutcome.Completed, 40, Minutes * 60_000));
    }

    [Fact]
    public async Task Comments_do_not_hold_up_the_timeout()
    {
        await SendAsync("");
        var asking = AskAsync();
        for (var i = 0; i < 4; i++)
        {
            // The provider's 200, then each comment, sets the time of the next.
            await _clock.TimerSetAsync(Interval, Ct);
            _clock.Advance(Interval);
        }

        await using var stream = await asking;
        await stream.ReadToAsync(Comment);
        _clock.Advance(TimeSpan.FromMinutes(1));

        CodeOf(await stream.ReadToEndAsync()).ShouldBe("provider_timeout");
        (await _app.RowsAsync(1, Ct)).ShouldHaveSingleItem().Outcome.ShouldBe(AnswerOutcome.TimedOut);
    }

    [Fact]
    public async Task Progress_does_not_hold_up_the_total_timeout()
    {
        await using var stream = await OpenAsync();
        await TellProgressAsync(stream, minutes: 29);

        _clock.Advance(TimeSpan.FromMinutes(1));

        CodeOf(await stream.ReadToEndAsync()).ShouldBe("provider_timeout");
    }

    private const string Comment = ": keep-alive";
    private const string Finish = "data: {\"id\":\"c\",\"model\":\"x\",\"choices\":[{\"index\":0,\"delta\":{\"images\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,AA==\"}}]},\"finish_reason\":\"stop\"}]}\n\n";
    private const string Usage = "data: {\"id\":\"c\",\"model\":\"x\",\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":40,\"total_tokens\":50}}\n\n";

    private static string ProgressEvent(int minute) =>
        $$"""data: {"id":"c","model":"x","choices":[{"index":0,"delta":{"content":"progress {{minute}}"},"finish_reason":null}]}""" + "\n\n";

    private static string[] Parts(string text) => text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);

    private static string? CodeOf(string text) => (string?)JsonNode.Parse(Parts(text)[^1]["data: ".Length..])!["error"]!["code"];

    private async Task TellProgressAsync(OpenStream stream, int minutes)
    {
        for (var minute = 1; minute <= minutes; minute++)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            await SendAsync(ProgressEvent(minute));
            await stream.ReadToAsync($"progress {minute}\"");
        }
    }

    private async Task SendAsync(params string?[] parts)
    {
        foreach (var part in parts)
        {
            await _script.Writer.WriteAsync(part, Ct);
        }
    }

    private async Task<OpenStream> OpenAsync()
    {
        await SendAsync(ProgressEvent(0));
        var stream = await AskAsync();
        await stream.ReadToAsync("progress 0\"");
        return stream;
    }

    private Task<OpenStream> AskAsync()
    {
        _provider.Then(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await foreach (var part in _script.Reader.ReadAllAsync(context.RequestAborted))
            {
                if (part is null)
                {
                    return;
                }

                await context.Response.WriteAsync(part, context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        });
        return OpenStream.AskAsync(_app, ChatBody.Text("paint a harbour", "painter", stream: true), Ct);
    }

    /// <summary>A stream as its client reads it.</summary>
    private sealed class OpenStream(HttpClient client, HttpResponseMessage response, StreamReader reader, CancellationToken ct) : IAsyncDisposable
    {
        private readonly System.Text.StringBuilder _text = new();

        public static async Task<OpenStream> AskAsync(GatewayApp app, string body, CancellationToken ct)
        {
            var client = app.Client();
            var response = await GatewayApp.ChatAsync(client, System.Text.Encoding.UTF8.GetBytes(body), HttpCompletionOption.ResponseHeadersRead, ct);
            return new OpenStream(client, response, new StreamReader(await response.Content.ReadAsStreamAsync(ct)), ct);
        }

        /// <summary>Reads up to the line that holds the text, and that line.</summary>
        public async Task ReadToAsync(string text)
        {
            string line;
            do
            {
                line = await reader.ReadLineAsync(ct) ?? throw new EndOfStreamException($"The stream ended before '{text}'.");
                _text.Append(line).Append('\n');
            }
            while (!line.Contains(text, StringComparison.Ordinal));
        }

        /// <returns>All that was ever read.</returns>
        public async Task<string> ReadToEndAsync() => _text.Append(await reader.ReadToEndAsync(ct)).ToString();

        public ValueTask DisposeAsync()
        {
            reader.Dispose();
            response.Dispose();
            client.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
