using System.Globalization;
using System.Net;
using Gateway.Core.Callers;
using Gateway.Keys;
using Gateway.Simulator.Behaviors;
using Gateway.Testing;
using Gateway.Tests.Pipeline;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Messages;

/// <summary>Keys and refusals of <c>/v1/messages</c>, in Anthropic's form; nothing is sent or charged.</summary>
public sealed class MessagesErrorTests : MessagesTest
{
    [Theory]
    [InlineData("x-api-key", null, true)]
    [InlineData(null, "Bearer", true)]
    [InlineData("x-api-key", "Bearer", true)]
    [InlineData("x-api-key", "other", false)]
    [InlineData("other", "Bearer", false)]
    [InlineData("other", null, false)]
    [InlineData(null, null, false)]
    public async Task Key_comes_in_either_header_and_two_that_differ_are_none(string? header, string? bearer, bool isServed)
    {
        var other = await App.IssueKeyAsync();
        var headers = new List<(string, string)>();
        if (header is not null)
        {
            headers.Add(("x-api-key", header == "other" ? bearer is null ? "sk-ant-none" : other : App.Key));
        }

        if (bearer is not null)
        {
            headers.Add(("Authorization", $"Bearer {(bearer == "other" ? other : App.Key)}"));
        }

        using var response = await SendAsync(Body("gpt"), "/v1/messages", [.. headers]);

        response.StatusCode.ShouldBe(isServed ? HttpStatusCode.OK : HttpStatusCode.Unauthorized);
        if (!isServed)
        {
            await ShouldBeAsync(response, "authentication_error");
            App.Simulator.Requests.Total.ShouldBe(0);
        }
    }

    [Fact]
    public async Task Chat_completions_take_no_key_in_that_header()
    {
        using var response = await SendAsync(ChatBody.Text("hello", "gpt"), "/v1/chat/completions", [("x-api-key", App.Key)]);

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("""{"model":"none","max_tokens":1,"messages":[{"role":"user","content":"x"}]}""", 404, "not_found_error", "none")]
    [InlineData("""{"model":"gpt","messages":[{"role":"user","content":"x"}]}""", 400, "invalid_request_error", "'max_tokens'")]
    [InlineData("""{"model":"gpt","max_tokens":1,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}]}]}""", 400, "invalid_request_error", "messages[0].content[0]")]
    [InlineData("""{"model":"claude","max_tokens":1,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"%%%%"}}]}]}]}""", 400, "invalid_request_error", "messages[0].content[0].content[0]")]
    [InlineData("""{"model":"claude","max_tokens":1,"tools":[{"type":"web_search_20250305","name":"web_search"}],"messages":[{"role":"user","content":"x"}]}""", 400, "invalid_request_error", "'tools[0].type'")]
    [InlineData("""{"model":"claude","max_tokens":1,"messages":[{"role":"user","content":[{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"AAAA"}}]}]}""", 400, "invalid_request_error", "messages[0].content[0]")]
    [InlineData("""{"model":"claude","max_tokens":1,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"file","file_id":"file_011CNha8iCJcU1wXNR6q4V8w"}}]}]}""", 404, "not_found_error", "file_011CNha8iCJcU1wXNR6q4V8w")]
    [InlineData("not json", 400, "invalid_request_error", "JSON")]
    public async Task Refusal_has_anthropics_form_and_names_what_is_wrong(string body, int status, string type, string names)
    {
        using var response = await SendAsync(body);

        ((int)response.StatusCode).ShouldBe(status);
        (await ShouldBeAsync(response, type)).ShouldContain(names);
        (await App.RowsAsync()).ShouldBeEmpty();
        (App.Simulator.Requests.Total, Upstream.Calls.Count).ShouldBe((0, 0));
    }

    [Fact]
    public async Task Path_that_nothing_serves_is_told_in_anthropics_form_to_its_clients()
    {
        using var response = await SendAsync("{}", "/v1/messages/batches");

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await ShouldBeAsync(response, "not_found_error");
    }

    [Fact]
    public async Task Rate_limit_tells_when_to_come_back_in_both_families_of_headers()
    {
        var key = await App.IssueKeyAsync(keyLimits: new RateLimits { RequestsPerMinute = 1, TokensPerMinute = 100_000 });

        using var first = await SendAsync(Body("gpt"), key: key);
        using var second = await SendAsync(Body("gpt"), key: key);

        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        (first.Header("anthropic-ratelimit-requests-limit"), first.Header("anthropic-ratelimit-requests-remaining"), first.Header("x-ratelimit-limit-requests")).ShouldBe(("1", "0", "1"));
        first.Header("anthropic-ratelimit-tokens-limit").ShouldBe("100000");
        DateTimeOffset.ParseExact(first.Header("anthropic-ratelimit-tokens-reset")!, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        ((int)second.StatusCode).ShouldBe(429);
        second.Header("retry-after").ShouldNotBeNull();
        await ShouldBeAsync(second, "rate_limit_error");
    }

    [Fact]
    public async Task Spent_balance_is_a_billing_error_that_nobody_repeats()
    {
        var (_, key) = await App.IssueKeyAsync(new TenantDraft("t") { Mode = BillingMode.Prepaid });

        using var response = await SendAsync(Body("gpt"), key: key);

        ((int)response.StatusCode).ShouldBe(402);
        response.Header("x-should-retry").ShouldBe("false");
        (await ShouldBeAsync(response, "billing_error")).ShouldContain("balance");
    }

    [Theory]
    [InlineData("status=401", 502, "api_error")]
    [InlineData("status=400", 400, "invalid_request_error")]
    [InlineData("status=429;retry_after=3", 429, "rate_limit_error")]
    [InlineData("status=500", 502, "api_error")]
    [InlineData("status=503", 529, "overloaded_error")]
    public async Task Failure_of_the_provider_is_told_in_anthropics_words(string behavior, int status, string type)
    {
        App.Simulator.Script.Enqueue(Behavior.Parse(behavior));

        using var response = await SendAsync(Body("gpt"));

        ((int)response.StatusCode).ShouldBe(status);
        await ShouldBeAsync(response, type);
        if (status == 429)
        {
            response.Header("retry-after").ShouldBe("3");
        }

        (await App.RowsAsync()).ShouldHaveSingleItem().Status.ShouldBe(status);
    }

    [Fact]
    public async Task Anthropics_own_overload_comes_back_as_it_was()
    {
        Upstream.ThenJson("""{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", 529);

        using var response = await SendAsync(Body("claude"));

        ((int)response.StatusCode).ShouldBe(529);
        await ShouldBeAsync(response, "overloaded_error");
    }

    private static async Task<string> ShouldBeAsync(HttpResponseMessage response, string type)
    {
        var body = await response.JsonAsync();
        ((string?)body["type"], (string?)body["error"]!["type"]).ShouldBe(("error", type));
        ((string?)body["request_id"]).ShouldBe(response.Header("request-id"));
        ((string?)body["request_id"]).ShouldBe(response.Header("x-request-id"));
        ((string?)body["trace_id"])!.Length.ShouldBe(32);
        return (string)body["error"]!["message"]!;
    }
}
