using System.Buffers.Binary;
using System.Net;
using Gateway.Core.Callers;
using Gateway.Core.Pricing;
using Gateway.Core.Streaming;
using Gateway.Simulator.Behaviors;
using Gateway.Tests.Pipeline;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Texts;

public sealed class EmbeddingTests : TextsTest
{
    [Fact]
    public async Task Answer_carries_its_cost_the_clients_model_name_and_one_row()
    {
        App.Simulator.Script.Enqueue("prompt_tokens=1000;dated");

        using var response = await PostAsync(Embeddings, """{"model":"small","input":"hello","user":"u-1","dimensions":3,"encoding_format":"float"}""");

        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Timeout));
        var answer = await response.JsonAsync();
        ((string?)answer["model"], (string?)answer["object"], (int?)answer["usage"]!["prompt_tokens"]).ShouldBe(("small", "list", 1000));
        answer["data"]![0]!["embedding"]!.AsArray().Count.ShouldBe(3);
        response.Header("x-gateway-cost-usd").ShouldBe("0.00002");
        response.Header("x-gateway-model").ShouldBe("text-embedding-3-small");
        var row = await RowAsync();
        (row.Endpoint, row.Outcome, row.UsageSource, row.Stream).ShouldBe(("/v1/embeddings", AnswerOutcome.Completed, UsageSource.Provider, false));
        (row.PromptTokens, row.CompletionTokens, row.EndUser).ShouldBe((1000, 0, "u-1"));
        (row.Amount, row.ListAmount).ShouldBe((new Money(20_000), new Money(40_000)));
    }

    [Fact]
    public async Task Provider_gets_the_clients_bytes_but_for_the_model_name()
    {
        const string Body = "  {\n \"vendor\" : {\"deep\":[1,2.50,\"\\u00e9\\/\"]},\"input\":[ \"Grüße \\ud83d\\ude00\" ,\"b\" ] ,\t\"model\" :\"small\",\"encoding_format\":null }\r\n";

        await AnswerAsync(Embeddings, Body);

        var received = (await App.Simulator.Requests.WaitForAsync(1, Timeout))[0];
        (received.Path, received.BodyText).ShouldBe(("/v1/embeddings", Body.Replace("\"small\"", "\"text-embedding-3-small\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Vectors_come_in_the_encoding_that_was_asked_for_unchanged()
    {
        var floats = await AnswerAsync(Embeddings, """{"model":"small","input":["one","two"]}""");
        var base64 = await AnswerAsync(Embeddings, """{"model":"small","input":["one","two"],"encoding_format":"base64"}""");

        for (var i = 0; i < 2; i++)
        {
            var bytes = Convert.FromBase64String((string)base64["data"]![i]!["embedding"]!);
            var vector = floats["data"]![i]!["embedding"]!.AsArray().Select(number => (float)number!).ToArray();
            vector.Length.ShouldBe(1536);
            bytes.Chunk(4).Select(four => BinaryPrimitives.ReadSingleLittleEndian(four)).ShouldBe(vector);
        }
    }

    [Theory]
    [InlineData("\"hello world\"", 2)]
    [InlineData("[\"hello world\",\"hello world\"]", 4)]
    [InlineData("[15339,1917]", 2)]
    [InlineData("[[15339,1917],[1]]", 3)]
    public async Task Without_usage_the_input_is_counted_exactly(string input, int tokens)
    {
        App.Simulator.Script.Enqueue("no_usage");

        await AnswerAsync(Embeddings, $$"""{"model":"small","input":{{input}}}""");

        var row = await RowAsync();
        (row.UsageSource, row.PromptTokens, row.CompletionTokens).ShouldBe((UsageSource.Counted, tokens, 0));
        row.Amount.NanoUsd.ShouldBe(tokens * 20);
    }

    [Theory]
    [InlineData("\"hello world\"", 2)]
    [InlineData("[[15339,1917],[1]]", 3)]
    public async Task Quote_is_what_is_billed(string input, int tokens)
    {
        var body = $$"""{"model":"each","input":{{input}}}""";
        App.Simulator.Script.Enqueue("no_usage");

        var quote = await AnswerAsync($"{Embeddings}/quote", body);
        await AnswerAsync(Embeddings, body);

        var row = await RowAsync();
        ((string?)quote["object"], (int?)quote["prompt_tokens"], (int?)quote["max_completion_tokens"]).ShouldBe(("embedding.quote", tokens, 0));
        ((string?)quote["amount"]!["minimum"], (string?)quote["amount"]!["maximum"]).ShouldBe((row.Amount.ToString(), row.Amount.ToString()));
        row.Amount.NanoUsd.ShouldBe(1_000_000 + (tokens * 1_000));
    }

    [Fact]
    public async Task Limit_is_charged_the_prompt_and_corrected_by_the_usage()
    {
        var key = await App.IssueKeyAsync(keyLimits: new RateLimits { TokensPerMinute = 10_000 });
        App.Simulator.Script.Enqueue("prompt_tokens=4");

        await AnswerAsync(Embeddings, $$"""{"model":"small","input":[{{string.Join(',', Enumerable.Repeat("1", 9_000))}}]}""", key);
        using var second = await PostAsync(Embeddings, $$"""{"model":"small","input":[{{string.Join(',', Enumerable.Repeat("1", 9_000))}}]}""", key);
        using var tooLarge = await PostAsync(Embeddings, $$"""{"model":"small","input":[{{string.Join(',', Enumerable.Repeat("1", 10_001))}}]}""", key);

        second.StatusCode.ShouldBe(HttpStatusCode.OK);
        tooLarge.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        tooLarge.Header("x-should-retry").ShouldBe("false");
        (await App.RowsAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Prepaid_money_holds_the_prompt_alone()
    {
        var (tenant, key) = await App.IssueKeyAsync(new Keys.TenantDraft("prepaid") { Mode = BillingMode.Prepaid });
        await App.CreditAsync(tenant, new Money(1_000_000 + 2_000)); // The price of one request of two tokens, to the nano-dollar.
        App.Simulator.Script.Enqueue("prompt_tokens=2");

        await AnswerAsync(Embeddings, """{"model":"each","input":[1,2]}""", key);
        using var second = await PostAsync(Embeddings, """{"model":"each","input":[1,2]}""", key);

        ((int)second.StatusCode).ShouldBe(429);
        ((string?)(await second.ErrorAsync())["code"]).ShouldBe("insufficient_quota");
        (await App.FundsDifferencesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Card_adds_and_refuses_what_it_says_in_the_names_of_this_endpoint()
    {
        var answer = await AnswerAsync(Embeddings, """{"model":"each","input":"a"}""");
        using var refused = await PostAsync(Embeddings, """{"model":"each","input":"a","user":"u"}""");

        answer["data"]![0]!["embedding"]!.AsArray().Count.ShouldBe(4);
        (await App.Simulator.Requests.WaitForAsync(1, Timeout))[0].BodyText.ShouldBe("""{"dimensions":4,"model":"embedding","input":"a"}""");
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        ((string?)(await refused.ErrorAsync())["param"]).ShouldBe("user");
    }

    [Fact]
    public async Task Repeat_with_its_key_is_answered_once_and_charged_once()
    {
        using var client = App.Client();
        client.DefaultRequestHeaders.Add("Idempotency-Key", "once");
        var first = await (await client.PostAsync(Embeddings, Content(), Timeout)).Content.ReadAsStringAsync(Timeout);
        var second = await (await client.PostAsync(Embeddings, Content(), Timeout)).Content.ReadAsStringAsync(Timeout);

        second.ShouldBe(first);
        first.ShouldContain("\"embedding\"");
        (await App.RowsAsync()).Count.ShouldBe(1);
        App.Simulator.Requests.Total.ShouldBe(1);

        static StringContent Content() => new("""{"model":"small","input":"hello","dimensions":8}""", null, "application/json");
    }

    [Fact]
    public async Task Client_that_leaves_is_billed_by_the_usage_that_comes()
    {
        var release = new TaskCompletionSource();
        App.Simulator.Script.Enqueue(Behavior.Parse("prompt_tokens=500") with { Hold = release.Task });
        using var client = new LeavingClient(App, App.Key, path: Embeddings);

        await client.AskAndLeaveAsync("""{"model":"small","input":"hello"}""", App.Simulator.Requests.WaitForAsync(1, Timeout), Timeout);
        await Probe.NoticedAsync(Timeout);
        release.SetResult();
        await Probe.EndedAsync(Timeout);

        var row = await RowAsync();
        (row.Outcome, row.Status, row.UsageSource, row.PromptTokens).ShouldBe((AnswerOutcome.ClientDisconnected, 499, UsageSource.Provider, 500));
    }

    [Fact]
    public async Task Failure_of_the_provider_costs_nothing()
    {
        App.Simulator.Script.Enqueue("status=400;message=too long", "truncated", "truncated");

        using var refused = await PostAsync(Embeddings, """{"model":"small","input":"hello"}""");
        using var broken = await PostAsync(Embeddings, """{"model":"small","input":"hello"}""");

        ((int)refused.StatusCode, (int)broken.StatusCode).ShouldBe((400, 502));
        (await App.RowsAsync()).ShouldAllBe(row => row.Amount == Money.Zero && row.PromptTokens == 0);
        await ShouldBeComputableAsync();
    }
}
