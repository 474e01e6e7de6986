using System.Net;
using Gateway.Core.Callers;
using Gateway.Core.Streaming;
using Gateway.Simulator.Behaviors;
using Gateway.Testing;
using Gateway.Tests.Pipeline;
using Microsoft.Data.Sqlite;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Idempotency;

public sealed class IdempotencyTests : GatewayTest
{
    private static readonly string Hello = ChatBody.Text("hello");

    [Theory]
    [InlineData(false, "")]
    [InlineData(true, "")]
    [InlineData(true, ",\"stream_options\":{\"include_usage\":true}")]
    public async Task Repeat_gets_the_same_bytes_and_is_charged_once(bool stream, string more)
    {
        var body = ChatBody.Text("Wie heißt du? \"日本\"", stream: stream, more: more);
        using var first = await App.AskAsync("order 7", body);

        using var second = await App.AskAsync("order 7", body);
        using var third = await App.AskAsync("order 7", body);

        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        first.Header("x-gateway-idempotent-replay").ShouldBeNull();
        var essence = await first.EssenceAsync();
        (await second.EssenceAsync()).ShouldBe(essence);
        (await third.EssenceAsync()).ShouldBe(essence);
        second.Header("x-gateway-idempotent-replay").ShouldBe("true");
        second.Header("x-gateway-original-request-id").ShouldBe(first.Header("x-request-id"));
        second.Header("x-request-id").ShouldNotBe(first.Header("x-request-id"));
        (await App.RowsAsync()).ShouldHaveSingleItem().RequestId.ShouldBe(first.Header("x-request-id"));
        App.Simulator.Requests.Total.ShouldBe(1);
        if (stream)
        {
            var text = await second.Content.ReadAsStringAsync();
            text.ShouldContain(": x-gateway-cost-usd=0.0");
            text.ShouldEndWith("data: [DONE]\n\n");
        }
        else
        {
            second.Header("x-gateway-cost-usd").ShouldNotBeNull();
        }
    }

    [Theory]
    [InlineData("text=a;finish_reason=length")]
    [InlineData("ignore_stream;text=a b c")]
    [InlineData("crlf;split=3;text=a b c")]
    [InlineData("usage_on_last;text=a b c")]
    [InlineData("big_event=200k;tokens=3")]
    [InlineData("no_usage;text=a b c")]
    [InlineData("no_done;text=a b c")]
    [InlineData("reasoning_tokens=40;text=x y")]
    public async Task Odd_stream_is_replayed_as_it_went_out(string directive)
    {
        App.Simulator.Script.Enqueue(directive);
        var body = ChatBody.Text("hello", "counted", stream: true);
        using var first = await App.AskAsync("k", body);

        using var second = await App.AskAsync("k", body);

        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await second.EssenceAsync()).ShouldBe(await first.EssenceAsync());
        second.Header("x-gateway-idempotent-replay").ShouldBe("true");
        (await App.RowsAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Replay_takes_nothing_from_the_limits_and_is_given_to_a_caller_that_is_over_them()
    {
        var key = await App.IssueKeyAsync(keyLimits: new RateLimits { RequestsPerMinute = 2, TokensPerMinute = 2_000 });
        using var first = await App.AskAsync("k", Hello, key);
        using var replay = await App.AskAsync("k", Hello, key);
        replay.StatusCode.ShouldBe(HttpStatusCode.OK);
        replay.Header("x-ratelimit-remaining-requests").ShouldBeNull();

        using var last = await App.ChatAsync(Hello, key);
        using var over = await App.ChatAsync(Hello, key);
        using var again = await App.AskAsync("k", Hello, key);
        using var fresh = await App.AskAsync("new", Hello, key);

        last.Header("x-ratelimit-remaining-requests").ShouldBe("0");
        over.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
        again.Header("x-gateway-idempotent-replay").ShouldBe("true");
        fresh.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task Another_body_is_a_conflict_that_stays()
    {
        using var first = await App.AskAsync("k", Hello);

        using var response = await App.AskAsync("k", ChatBody.Text("hello!"));

        response.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        var error = await response.ErrorAsync();
        ((string?)error["code"]).ShouldBe("idempotency_key_reused");
        ((string?)error["type"]).ShouldBe("invalid_request_error");
        response.Header("x-should-retry").ShouldBe("false");
        response.Header("retry-after").ShouldBeNull();
        App.Simulator.Requests.Total.ShouldBe(1);
        (await App.RowsAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Another_callers_key_is_another_key()
    {
        using var first = await App.AskAsync("k", Hello);

        using var response = await App.AskAsync("k", ChatBody.Text("another"), await App.IssueKeyAsync());

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Header("x-gateway-idempotent-replay").ShouldBeNull();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Repeat_while_the_first_runs_is_told_when_to_come_back(bool stream)
    {
        var release = new TaskCompletionSource();
        App.Simulator.Script.Enqueue(Behavior.Parse("text=a b c") with { Hold = release.Task });
        var body = ChatBody.Text("hello", stream: stream);
        var running = App.AskAsync("k", body);
        await App.Simulator.Requests.WaitForAsync(1, Timeout);

        using var conflict = await App.AskAsync("k", body);
        release.SetResult();
        using var first = await running;
        using var replay = await App.AskAsync("k", body);

        conflict.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        ((string?)(await conflict.ErrorAsync())["code"]).ShouldBe("idempotency_key_in_use");
        conflict.Header("x-should-retry").ShouldBe("true");
        int.Parse(conflict.Header("retry-after")!).ShouldBeInRange(1, 10);
        int.Parse(conflict.Header("retry-after-ms")!).ShouldBeInRange(1000, 10_000);
        (await replay.EssenceAsync()).ShouldBe(await first.EssenceAsync());
        (await App.RowsAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Of_fifty_at_once_one_is_sent_and_charged()
    {
        var release = new TaskCompletionSource();
        App.Simulator.Script.Enqueue(Behavior.Parse("text=a b c") with { Hold = release.Task });
        var asked = Enumerable.Range(0, 50).Select(_ => App.AskAsync("k", Hello)).ToArray();
        await App.Simulator.Requests.WaitForAsync(1, Timeout);

        // All but the one that was sent are told, whenever they come.
        while (asked.Count(task => task.IsCompleted) < 49)
        {
            await Task.WhenAny(asked.Where(task => !task.IsCompleted)).WaitAsync(Timeout);
        }

        release.SetResult();
        var responses = await Task.WhenAll(asked);

        responses.Count(response => response.StatusCode == HttpStatusCode.OK).ShouldBe(1);
        responses.Count(response => response.StatusCode == HttpStatusCode.Conflict).ShouldBe(49);
        App.Simulator.Requests.Total.ShouldBe(1);
        (await App.RowsAsync()).Count.ShouldBe(1);
        using var replay = await App.AskAsync("k", Hello);
        replay.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("status=500", false)]
    [InlineData("status=429;retry_after=1", false)]
    [InlineData("status=400;foreign_error=api_not_implemented", false)]
    [InlineData("html;status=200", false)]
    [InlineData("reset", false)]
    [InlineData("status=500", true)]
    [InlineData("reset", true)]
    public async Task Error_answer_is_not_stored(string directive, bool stream)
    {
        App.Simulator.Script.Enqueue(directive);
        var body = ChatBody.Text("hello", stream: stream);
        using var failed = await App.AskAsync("k", body);

        using var second = await App.AskAsync("k", body);

        ((int)failed.StatusCode).ShouldBeGreaterThanOrEqualTo(400);
        second.StatusCode.ShouldBe(HttpStatusCode.OK);
        second.Header("x-gateway-idempotent-replay").ShouldBeNull();
        App.Simulator.Requests.Total.ShouldBe(2);
        (await App.RowsAsync()).Count(row => row.Amount.NanoUsd > 0).ShouldBe(1);
    }

    [Fact]
    public async Task Request_that_is_refused_before_it_is_sent_leaves_the_key_free()
    {
        var key = await App.IssueKeyAsync(keyLimits: new RateLimits { TokensPerMinute = 1_000 });
        foreach (var refused in (string[])["{", ChatBody.Text("hello", "no-such-model"), ChatBody.Text("hello", more: ",\"max_tokens\":5000")])
        {
            using var response = await App.AskAsync("k", refused, key);
            ((int)response.StatusCode).ShouldBeInRange(400, 429);
        }

        using var sent = await App.AskAsync("k", ChatBody.Text("hello", more: ",\"max_tokens\":50"), key);

        sent.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Stream_that_breaks_off_is_charged_once_and_not_replayed()
    {
        App.Simulator.Script.Enqueue("truncated;text=one two three four five");
        var body = ChatBody.Text("hello", "counted", stream: true);
        using var broken = await App.AskAsync("k", body);
        (await broken.Content.ReadAsStringAsync()).ShouldNotContain("[DONE]");

        using var repeat = await App.AskAsync("k", body);

        repeat.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        ((string?)(await repeat.ErrorAsync())["code"]).ShouldBe("idempotency_not_replayable");
        repeat.Header("x-should-retry").ShouldBe("false");
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        row.Outcome.ShouldBe(AnswerOutcome.UpstreamFailed);
        row.Amount.NanoUsd.ShouldBeGreaterThan(0);
        App.Simulator.Requests.Total.ShouldBe(1);
    }

    [Fact]
    public async Task Nothing_is_sent_where_the_key_cannot_be_written()
    {
        using var warm = await App.ChatAsync(Hello);
        await using var blocker = new SqliteConnection($"Data Source={App.DatabasePath};Pooling=False");
        await blocker.OpenAsync(Timeout);
        await ExecuteAsync(blocker, "begin immediate");

        using var refused = await App.AskAsync("k", Hello);
        await ExecuteAsync(blocker, "rollback");

        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        ((string?)(await refused.ErrorAsync())["code"]).ShouldBe("storage_unavailable");
        App.Simulator.Requests.Total.ShouldBe(1);
        using var again = await App.AskAsync("k", Hello);
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static async Task ExecuteAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Timeout);
    }
}
