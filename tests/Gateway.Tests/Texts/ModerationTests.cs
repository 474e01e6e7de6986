using System.Net;
using Gateway.Core.Callers;
using Gateway.Core.Pricing;
using Gateway.Core.Streaming;
using Gateway.Simulator.Behaviors;
using Gateway.Testing;
using Gateway.Tests.Pipeline;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Texts;

public sealed class ModerationTests : TextsTest
{
    [Fact]
    public async Task Verdict_is_free_and_has_a_row_all_the_same()
    {
        App.Simulator.Script.Enqueue("dated");

        using var response = await PostAsync(Moderations, """{"model":"omni-moderation-latest","input":["some violence","peace"],"user":"u-1"}""");

        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Timeout));
        var answer = await response.JsonAsync();
        ((string?)answer["model"]).ShouldBe("omni-moderation-latest");
        answer["results"]!.AsArray().Select(result => (bool)result!["flagged"]!).ShouldBe([true, false]);
        response.Header("x-gateway-cost-usd").ShouldBe("0");
        var row = await RowAsync();
        (row.Endpoint, row.Outcome, row.UsageSource, row.EndUser).ShouldBe(("/v1/moderations", AnswerOutcome.Completed, UsageSource.Counted, "u-1"));
        (row.PromptTokens, row.CompletionTokens, row.Characters, row.Amount).ShouldBe((0, 0, 18, Money.Zero));
    }

    [Theory]
    [InlineData("\"hello\"")]
    [InlineData("\"\"")]
    [InlineData("[\"a\",\"b\"]")]
    [InlineData("""[{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="}}]""")]
    public async Task Price_per_request_is_billed_without_a_token(string input)
    {
        var body = $$"""{"model":"judge","input":{{input}}}""";

        var quote = await AnswerAsync($"{Moderations}/quote", body);
        await AnswerAsync(Moderations, body);

        var row = await RowAsync();
        (row.PromptTokens, row.CompletionTokens).ShouldBe((0, 0));
        (row.Amount, row.ListAmount).ShouldBe((new Money(1_000_000), new Money(2_000_000)));
        ((string?)quote["object"], (string?)quote["amount"]!["minimum"], (string?)quote["amount"]!["maximum"]).ShouldBe(("moderation.quote", "0.001", "0.001"));
    }

    [Fact]
    public async Task Price_of_tokens_is_billed_by_their_count()
    {
        var quote = await AnswerAsync($"{Moderations}/quote", """{"model":"judge-by-tokens","input":["hello world","hello world"]}""");
        await AnswerAsync(Moderations, """{"model":"judge-by-tokens","input":["hello world","hello world"]}""");

        var row = await RowAsync();
        (row.UsageSource, row.PromptTokens, row.Amount).ShouldBe((UsageSource.Counted, 4, new Money(4_000)));
        ((string?)quote["amount"]!["maximum"]).ShouldBe("0.000004");
    }

    [Fact]
    public async Task Price_of_characters_counts_code_points()
    {
        await AnswerAsync(Moderations, """{"model":"judge-by-characters","input":["Hell\ud83d\ude00 \u00e9😀","\n"]}""");

        var row = await RowAsync();
        (row.Characters, row.Amount).ShouldBe((9, new Money(9_000)));
    }

    [Fact]
    public async Task Provider_gets_the_clients_bytes_and_the_model_that_was_left_out()
    {
        await AnswerAsync(Moderations, """{ "input" : "caf\u00e9", "vendor":1.50 }""");
        await AnswerAsync(Moderations, """{"input":"a","model":"judge"}""");

        var received = await App.Simulator.Requests.WaitForAsync(2, Timeout);
        received[0].BodyText.ShouldBe("""{"model":"omni-upstream", "input" : "caf\u00e9", "vendor":1.50 }""");
        received[1].BodyText.ShouldBe("""{"input":"a","model":"omni-upstream"}""");
    }

    [Fact]
    public async Task Parts_are_judged_together_and_their_pictures_weigh_nothing()
    {
        var answer = await AnswerAsync(
            Moderations, $$$"""{"input":[{"type":"text","text":"of hate"},{"type":"image_url","image_url":{"url":"{{{Pictures.PngUrl(900, 700)}}}"}}]}""");

        answer["results"]!.AsArray().Count.ShouldBe(1);
        ((bool)answer["results"]![0]!["categories"]!["hate"]!).ShouldBeTrue();
        var row = await RowAsync();
        (row.Images, row.ImageTokensEstimated, row.PromptTokens, row.Characters).ShouldBe((1, 0, 0, 8));
    }

    [Fact]
    public async Task Limits_count_requests_and_text()
    {
        var key = await App.IssueKeyAsync(keyLimits: new RateLimits { RequestsPerMinute = 100, TokensPerMinute = 1_000 });

        using var first = await PostAsync(Moderations, $$"""{"input":"{{new string('a', 2_400)}}"}""", key);
        using var second = await PostAsync(Moderations, $$"""{"input":"{{new string('a', 2_400)}}"}""", key);

        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        second.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        first.Header("x-ratelimit-remaining-requests").ShouldBe("99");
    }

    [Fact]
    public async Task Client_that_leaves_owes_the_request()
    {
        var release = new TaskCompletionSource();
        App.Simulator.Script.Enqueue(Behavior.Normal with { Hold = release.Task });
        using var client = new LeavingClient(App, App.Key, path: Moderations);

        await client.AskAndLeaveAsync("""{"model":"judge","input":"hello"}""", App.Simulator.Requests.WaitForAsync(1, Timeout), Timeout);
        await Probe.NoticedAsync(Timeout);
        release.SetResult();
        await Probe.EndedAsync(Timeout);

        var row = await RowAsync();
        (row.Outcome, row.Status, row.PromptTokens, row.Amount).ShouldBe((AnswerOutcome.ClientDisconnected, 499, 0, new Money(1_000_000)));
    }

    [Fact]
    public async Task Failure_of_the_provider_costs_nothing()
    {
        App.Simulator.Script.Enqueue("status=400", "truncated");

        using var refused = await PostAsync(Moderations, """{"model":"judge","input":"hello"}""");
        using var broken = await PostAsync(Moderations, """{"model":"judge","input":"hello"}""");

        ((int)refused.StatusCode, (int)broken.StatusCode).ShouldBe((400, 502));
        (await App.RowsAsync()).ShouldAllBe(row => row.Amount == Money.Zero);
        await ShouldBeComputableAsync();
    }
}
