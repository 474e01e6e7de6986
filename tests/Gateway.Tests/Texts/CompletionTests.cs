using System.Net;
using System.Text.Json.Nodes;
using Gateway.Core.Callers;
using Gateway.Core.Pricing;
using Gateway.Core.Streaming;
using Gateway.Tests.Pipeline;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Texts;

public sealed class CompletionTests : TextsTest
{
    [Fact]
    public async Task Answer_carries_its_cost_the_clients_model_name_and_one_row()
    {
        App.Simulator.Script.Enqueue("prompt_tokens=1000;completion_tokens=10;dated;object=chat.completion.chunk");

        using var response = await PostAsync(Completions, """{"model":"instruct","prompt":"hello","user":"u-1"}""");

        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Timeout));
        var answer = await response.JsonAsync();
        ((string?)answer["model"], (string?)answer["object"]).ShouldBe(("instruct", "text_completion"));
        ((string?)answer["choices"]![0]!["text"], (string?)answer["choices"]![0]!["finish_reason"]).ShouldBe(("You asked 'hello' and sent 0 images.", "stop"));
        response.Header("x-gateway-cost-usd").ShouldBe("0.00152");
        var row = await RowAsync();
        (row.Endpoint, row.Outcome, row.UsageSource, row.Stream, row.EndUser).ShouldBe(("/v1/completions", AnswerOutcome.Completed, UsageSource.Provider, false, "u-1"));
        (row.PromptTokens, row.CompletionTokens, row.Amount).ShouldBe((1000, 10, new Money(1_520_000)));
    }

    [Fact]
    public async Task Provider_gets_the_clients_bytes_but_for_the_model_name()
    {
        const string Body = "{ \"prompt\":[[1,2],[3]],\"suffix\":\"\\u00e9\", \"max_tokens\" : 3,\"n\":2,\"best_of\":3,\"echo\":true,\"logprobs\":5,\"model\":\"instruct\"}";

        var answer = await AnswerAsync(Completions, Body);

        answer["choices"]!.AsArray().Count.ShouldBe(4);
        (await App.Simulator.Requests.WaitForAsync(1, Timeout))[0].BodyText.ShouldBe(Body.Replace("\"instruct\"", "\"gpt-3.5-turbo-instruct\"", StringComparison.Ordinal));

        // What was made to find the best is paid for, whatever was shown of it.
        var row = await RowAsync();
        (row.PromptTokens, row.CompletionTokens).ShouldBe((3, 18));
    }

    [Theory]
    [InlineData("", 16)]
    [InlineData(",\"max_tokens\":100", 100)]
    [InlineData(",\"max_tokens\":0,\"echo\":true", 0)]
    [InlineData(",\"n\":3", 48)]
    [InlineData(",\"n\":2,\"best_of\":5,\"max_tokens\":10", 50)]
    public async Task Quote_holds_every_answer_that_is_made(string more, int completion)
    {
        var quote = await AnswerAsync($"{Completions}/quote", $$"""{"model":"instruct","prompt":["hello world","hello world"]{{more}}}""");

        ((string?)quote["object"], (int?)quote["prompt_tokens"]).ShouldBe(("text_completion.quote", 4));
        ((string?)quote["amount"]!["minimum"]).ShouldBe("0.000006");
        ((string?)quote["amount"]!["maximum"]).ShouldBe(new Money((4 * 1_500) + (completion * 2 * 2_000)).ToString());
        (await App.RowsAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("\"hello world\"", 2)]
    [InlineData("[\"hello world\",\"\"]", 3)]
    [InlineData("[15339,1917]", 2)]
    [InlineData("[[15339,1917],[1]]", 3)]
    [InlineData("null", 1)]
    public async Task Without_usage_prompt_and_answers_are_counted_exactly(string prompt, int tokens)
    {
        App.Simulator.Script.Enqueue("no_usage;text=one two three");

        var answer = await AnswerAsync(Completions, $$"""{"model":"instruct","prompt":{{prompt}}}""");

        var row = await RowAsync();
        (row.UsageSource, row.PromptTokens, row.CompletionTokens).ShouldBe((UsageSource.Counted, tokens, 3 * answer["choices"]!.AsArray().Count));
    }

    [Theory]
    [InlineData("\"Hello \\ud83d\\ude00, \\\"w\\u00f6rld\\\"\\n\"", false)]
    [InlineData("\"Hello \\ud83d\\ude00, \\\"w\\u00f6rld\\\"\\n\"", true)]
    [InlineData("[\"first of them\",\"another\"]", false)]
    [InlineData("[\"first of them\",\"another\"]", true)]
    public async Task Echo_of_the_prompt_is_no_completion(string prompt, bool stream)
    {
        App.Simulator.Script.Enqueue("no_usage;text=one two three", "no_usage;text=one two three");
        var more = stream ? ",\"stream\":true" : "";

        using var echoed = await PostAsync(Completions, $$"""{"model":"instruct","prompt":{{prompt}},"n":2,"echo":true{{more}}}""");
        using var plain = await PostAsync(Completions, $$"""{"model":"instruct","prompt":{{prompt}},"n":2{{more}}}""");

        (echoed.StatusCode, plain.StatusCode).ShouldBe((HttpStatusCode.OK, HttpStatusCode.OK));
        var rows = await App.RowsAsync();
        rows.Count.ShouldBe(2);
        (rows[0].UsageSource, rows[0].PromptTokens, rows[0].CompletionTokens).ShouldBe((UsageSource.Counted, rows[1].PromptTokens, rows[1].CompletionTokens));
        rows[0].CompletionTokens.ShouldBeGreaterThanOrEqualTo(6);
    }

    [Fact]
    public async Task Limit_is_charged_prompt_and_answers_together()
    {
        var key = await App.IssueKeyAsync(keyLimits: new RateLimits { TokensPerMinute = 1_000 });

        using var fits = await PostAsync(Completions, """{"model":"instruct","prompt":[1,2,3],"max_tokens":100,"best_of":9}""", key);
        using var tooLarge = await PostAsync(Completions, """{"model":"instruct","prompt":[1,2,3],"max_tokens":100,"best_of":10}""", key);

        (fits.StatusCode, tooLarge.StatusCode).ShouldBe((HttpStatusCode.OK, HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task Card_adds_its_maximum_by_the_name_that_this_endpoint_has()
    {
        var answer = await AnswerAsync(Completions, """{"model":"guarded","suffix":"x","prompt":"a"}""");
        using var refused = await PostAsync(Completions, """{"model":"guarded","prompt":"a","logprobs":1}""");

        (await App.Simulator.Requests.WaitForAsync(1, Timeout))[0].BodyText.ShouldBe("""{"max_tokens":5,"model":"gpt-3.5-turbo-instruct","prompt":"a"}""");
        ((string?)answer["choices"]![0]!["finish_reason"]).ShouldBe("length");
        ((string?)(await refused.ErrorAsync())["param"]).ShouldBe("logprobs");
    }

    [Theory]
    [InlineData("", false)]
    [InlineData(",\"stream_options\":{\"include_usage\":false}", false)]
    [InlineData(",\"stream_options\":{\"include_usage\":true}", true)]
    public async Task Usage_is_asked_for_and_shown_to_those_who_asked(string more, bool asked)
    {
        App.Simulator.Script.Enqueue("text=one two three;dated");

        using var response = await PostAsync(Completions, $$"""{"model":"instruct","prompt":"hello","stream":true{{more}}}""");

        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        var events = await response.EventsAsync();
        events[^1].ShouldBe("[DONE]");
        var chunks = events.SkipLast(1).Select(data => JsonNode.Parse(data)!).ToArray();
        string.Concat(chunks.Select(chunk => (string?)chunk["choices"]!.AsArray().FirstOrDefault()?["text"])).ShouldBe("one two three");
        chunks.ShouldAllBe(chunk => (string?)chunk["model"] == "instruct" && (string?)chunk["object"] == "text_completion");
        chunks.Count(chunk => chunk["choices"]!.AsArray().Count == 0).ShouldBe(asked ? 1 : 0);
        chunks.Any(chunk => chunk.AsObject().ContainsKey("usage")).ShouldBe(asked);
        (await response.Content.ReadAsStringAsync(Timeout)).ShouldContain("\n\n: x-gateway-cost-usd=0.000009\n\ndata: [DONE]\n\n");
        (await App.Simulator.Requests.WaitForAsync(1, Timeout))[0].BodyText.ShouldContain("\"include_usage\":true");
        var row = await RowAsync();
        (row.Stream, row.UsageSource, row.PromptTokens, row.CompletionTokens).ShouldBe((true, UsageSource.Provider, 2, 3));
    }

    [Theory]
    [InlineData("no_done")]
    [InlineData("usage=last")]
    [InlineData("usage=running")]
    [InlineData("empty_events;crlf;split=3")]
    [InlineData("prompt_filter")]
    public async Task Odd_stream_is_whole_for_the_client(string how)
    {
        App.Simulator.Script.Enqueue($"text=one two three;{how}");

        using var response = await PostAsync(Completions, """{"model":"instruct","prompt":"hello","stream":true}""");

        var events = await response.EventsAsync();
        events[^1].ShouldBe("[DONE]");
        string.Concat(events.SkipLast(1).Select(data => (string?)JsonNode.Parse(data)!["choices"]!.AsArray().FirstOrDefault()?["text"])).ShouldBe("one two three");
        (await RowAsync()).CompletionTokens.ShouldBe(3);
    }

    [Theory]
    [InlineData("stream_error=2", "provider_error")]
    [InlineData("malformed=2", null)]
    [InlineData("cut=2", null)]
    public async Task Stream_that_breaks_ends_in_an_error_and_owes_what_came(string how, string? code)
    {
        App.Simulator.Script.Enqueue($"text=one two three four;{how}");

        using var response = await PostAsync(Completions, """{"model":"instruct","prompt":"hello world","stream":true}""");

        var events = await response.EventsAsync();
        events.ShouldNotContain("[DONE]");
        var error = JsonNode.Parse(events[^1])!["error"]!;
        ((string?)error["message"]).ShouldNotBeNullOrEmpty();
        if (code is not null)
        {
            ((string?)error["code"]).ShouldBe(code);
        }

        var row = await RowAsync();
        (row.Outcome, row.UsageSource, row.PromptTokens, row.CompletionTokens).ShouldBe((AnswerOutcome.UpstreamFailed, UsageSource.Counted, 2, 2));
    }
}
