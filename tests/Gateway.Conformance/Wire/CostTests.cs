using System.Globalization;
using System.Text.Json.Nodes;
using Gateway.Conformance.Running;
using Shouldly;
using Xunit;

namespace Gateway.Conformance.Wire;

/// <summary>What a client is told that it paid, against the ledger's row, which is there when the answer is.</summary>
public sealed class CostTests(RunningGateway gateway)
{
    private const string CostComment = ": x-gateway-cost-usd=";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Cost_of_an_answer_is_that_of_its_row()
    {
        var key = await gateway.NewKeyAsync();

        var answer = await gateway.PostAsync(key, """{"model":"gpt-4o","messages":[{"role":"user","content":"[[prompt_tokens=1234;completion_tokens=567]]Hello"}]}""");

        answer["x-gateway-cost-usd"].ShouldBe("0.008755"); // 1234 x 2.50 + 567 x 10.00, a million tokens
        var row = (await gateway.Admin.LedgerAsync(key, Ct)).ShouldHaveSingleItem();
        row.Number("amount_nano_usd").ShouldBe(8_755_000);
        row.Number("prompt_tokens").ShouldBe(1234);
        row.Number("completion_tokens").ShouldBe(567);
        row.Text("request_id").ShouldBe(answer.RequestId);
        row.Text("key_id").ShouldBe(key.Id);
        row.Text("endpoint").ShouldBe("/v1/chat/completions");
        row.Text("model").ShouldBe(Offer.Chat);
        row.Text("provider").ShouldBe("simulated");
        row.Text("upstream_model").ShouldBe(Offer.UpstreamChat);
        row.Number("status").ShouldBe(200);
        row.Text("outcome").ShouldBe("completed");
        row.Text("usage_source").ShouldBe("provider");
    }

    [Fact]
    public async Task Request_at_a_price_of_its_own_costs_just_that()
    {
        var key = await gateway.NewKeyAsync();

        var answer = await gateway.PostAsync(key, """{"model":"gpt-4-v","messages":[{"role":"user","content":"Hello"}]}""");

        answer["x-gateway-cost-usd"].ShouldBe("0.04");
        (await gateway.Admin.LedgerAsync(key, Ct)).ShouldHaveSingleItem().Number("amount_nano_usd").ShouldBe(40_000_000);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stream_tells_its_cost_before_it_ends_and_usage_only_where_asked(bool usage)
    {
        var key = await gateway.NewKeyAsync();
        var options = usage ? ""","stream_options":{"include_usage":true}""" : "";

        var answer = await gateway.PostAsync(key, $$"""{"model":"gpt-4o","stream":true,"messages":[{"role":"user","content":"Hello"}]{{options}}}""");

        answer.Status.ShouldBe(200, answer.Body);
        answer["content-type"].ShouldNotBeNull().ShouldStartWith("text/event-stream");
        var events = answer.Body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        events[^1].ShouldBe("data: [DONE]");
        events[^2].ShouldStartWith(CostComment);
        var nano = (long)(decimal.Parse(events[^2][CostComment.Length..], CultureInfo.InvariantCulture) * 1_000_000_000);
        var row = (await gateway.Admin.LedgerAsync(key, Ct)).ShouldHaveSingleItem();
        row.Number("amount_nano_usd").ShouldBe(nano);
        nano.ShouldBe((row.Number("prompt_tokens") * 2_500) + (row.Number("completion_tokens") * 10_000));

        var chunks = events[..^2].Select(each => JsonNode.Parse(each["data: ".Length..])!).ToList();
        chunks.ShouldAllBe(chunk => (string?)chunk["model"] == Offer.Chat && (string?)chunk["object"] == "chat.completion.chunk");
        if (usage)
        {
            chunks[^1]["choices"]!.AsArray().ShouldBeEmpty();
            ((long)chunks[^1]["usage"]!["prompt_tokens"]!).ShouldBe(row.Number("prompt_tokens"));
        }
        else
        {
            answer.Body.ShouldNotContain("usage\":");
            chunks.ShouldAllBe(chunk => chunk["choices"]!.AsArray().Count == 1);
        }
    }

    [Fact]
    public async Task Refused_requests_cost_nothing()
    {
        var key = await gateway.NewKeyAsync();

        var refused = await gateway.PostAsync(key, """{"model":"gpt-4o","messages":[{"role":"user","content":"[[status=503]]Hello"}]}""");

        refused.Status.ShouldBe(503);
        refused.Has("x-gateway-cost-usd").ShouldBeFalse();
        (await gateway.Admin.LedgerAsync(key, Ct)).ShouldAllBe(row => row.Number("amount_nano_usd") == 0);
    }
}
