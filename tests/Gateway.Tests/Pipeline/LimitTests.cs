using System.Net;
using System.Text;
using Gateway.Core.Callers;
using Gateway.Simulator.Behaviors;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

public sealed class LimitTests : GatewayTest
{
    [Fact]
    public async Task Answer_carries_the_tightest_limits()
    {
        var key = await App.IssueKeyAsync(
            new RateLimits { RequestsPerMinute = 300, TokensPerMinute = 15_000 }, new RateLimits { RequestsPerMinute = 500 });

        using var response = await App.ChatAsync(ChatBody.Text("hello", more: ",\"max_tokens\":100"), key);

        response.Header("x-ratelimit-limit-requests").ShouldBe("300");
        response.Header("x-ratelimit-remaining-requests").ShouldBe("299");
        response.Header("x-ratelimit-reset-requests").ShouldBe("200ms");
        response.Header("x-ratelimit-limit-tokens").ShouldBe("15000");
        response.Header("x-ratelimit-remaining-tokens").ShouldBe("14892"); // 8 of prompt, 100 of completion.
        response.Header("x-ratelimit-reset-tokens").ShouldBe("432ms");
    }

    [Fact]
    public async Task Request_rate_is_refused_in_openais_words_and_can_be_tried_again()
    {
        var key = await App.IssueKeyAsync(keyLimits: new RateLimits { RequestsPerMinute = 1 });
        using var first = await App.ChatAsync(ChatBody.Text("hello"), key);

        using var response = await App.ChatAsync(ChatBody.Text("hello"), key);

        response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        var error = await response.ErrorAsync();
        ((string?)error["type"]).ShouldBe("requests");
        ((string?)error["code"]).ShouldBe("rate_limit_exceeded");
        ((string?)error["message"])!.ShouldMatch(@"^Rate limit reached for .+ on requests per min \(RPM\): Limit 1, Used 1, Requested 1\. Please try again in .+s\.");
        int.Parse(response.Header("retry-after")!).ShouldBeInRange(1, 60);
        int.Parse(response.Header("retry-after-ms")!).ShouldBeInRange(1, 60_000);
        response.Header("x-should-retry").ShouldBeNull();
        response.Header("x-ratelimit-remaining-requests").ShouldBe("0");
        (await App.RowsAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Request_larger_than_the_bucket_is_told_not_to_retry()
    {
        var key = await App.IssueKeyAsync(new RateLimits { TokensPerMinute = 15_000 });

        using var response = await App.ChatAsync(ChatBody.Text("hello", more: ",\"max_tokens\":15000"), key);

        response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        var error = await response.ErrorAsync();
        ((string?)error["type"]).ShouldBe("tokens");
        ((string?)error["message"])!.ShouldStartWith("Request too large for gpt-4o in tenant ");
        response.Header("x-should-retry").ShouldBe("false");
        response.Header("retry-after").ShouldBeNull();
    }

    [Fact]
    public async Task Images_count_toward_tokens_and_the_larger_maximum_counts()
    {
        var key = await App.IssueKeyAsync(new RateLimits { TokensPerMinute = 15_000 });

        using var image = await App.ChatAsync(ChatBody.Image(Pictures.PngUrl(1024, 1024), "hi").Replace("{\"model\"", "{\"max_tokens\":1,\"model\"", StringComparison.Ordinal), key);
        var afterImage = int.Parse(image.Header("x-ratelimit-remaining-tokens")!);
        var other = await App.IssueKeyAsync(new RateLimits { TokensPerMinute = 15_000 });
        using var both = await App.ChatAsync(ChatBody.Text("hi", more: ",\"max_tokens\":1,\"max_completion_tokens\":5000,\"n\":2"), other);

        (15_000 - afterImage).ShouldBe(765 + 8 + 1);
        both.Header("x-ratelimit-remaining-tokens").ShouldBe((15_000 - 8 - 10_000).ToString());
    }

    [Fact]
    public async Task Charge_is_corrected_to_what_the_provider_counted()
    {
        var key = await App.IssueKeyAsync(new RateLimits { TokensPerMinute = 15_000 });
        App.Simulator.Script.Enqueue("prompt_tokens=50;completion_tokens=50");

        using var first = await App.ChatAsync(ChatBody.Text("hello", more: ",\"max_tokens\":14000"), key);
        using var second = await App.ChatAsync(ChatBody.Text("hello", more: ",\"max_tokens\":14000"), key);

        second.StatusCode.ShouldBe(HttpStatusCode.OK);
        int.Parse(second.Header("x-ratelimit-remaining-tokens")!).ShouldBeLessThan(1000);
    }

    [Fact]
    public async Task Limits_of_one_model_bind_that_model_alone()
    {
        var limits = new RateLimits
        {
            Models = System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary(
                new Dictionary<string, RateLimits> { ["gpt-4o"] = new() { RequestsPerMinute = 1 } }),
        };
        var key = await App.IssueKeyAsync(limits);

        using var first = await App.ChatAsync(ChatBody.Text("hello", model: "vision"), key);
        using var second = await App.ChatAsync(ChatBody.Text("hello", model: "gpt-4o"), key);
        using var other = await App.ChatAsync(ChatBody.Text("hello", model: "text-only"), key);

        (first.StatusCode, second.StatusCode, other.StatusCode).ShouldBe((HttpStatusCode.OK, HttpStatusCode.TooManyRequests, HttpStatusCode.OK));
    }

    [Fact]
    public async Task Requests_at_once_are_refused_until_one_ends()
    {
        var key = await App.IssueKeyAsync(keyLimits: new RateLimits { ConcurrentRequests = 1 });
        var release = new TaskCompletionSource();
        App.Simulator.Script.Enqueue(Behavior.Parse("text=a") with { Hold = release.Task });
        var running = App.ChatAsync(ChatBody.Text("hello"), key);
        await App.Simulator.Requests.WaitForAsync(1, Timeout);

        // Refused before its body is looked at.
        using var refused = await App.ChatAsync("no JSON", key);
        var quote = await App.Client(key).PostAsync(
            new Uri("/v1/chat/completions/quote", UriKind.Relative), new StringContent(ChatBody.Text("hello"), Encoding.UTF8, "application/json"), Timeout);

        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        var error = await refused.ErrorAsync();
        ((string?)error["type"], (string?)error["code"]).ShouldBe(("requests", "rate_limit_exceeded"));
        ((string?)error["message"])!.ShouldMatch(
            @"^Rate limit reached for this model in key key_.+ on concurrent requests: Limit 1, Used 1, Requested 1\. Please try again in 1s\.$");
        (refused.Header("retry-after"), refused.Header("retry-after-ms"), refused.Header("x-should-retry")).ShouldBe(("1", "1000", null));
        refused.Headers.ShouldNotContain(static header => header.Key.StartsWith("x-ratelimit", StringComparison.OrdinalIgnoreCase));
        (await quote.Content.ReadAsStringAsync(Timeout)).ShouldContain(", concurrent_requests\"");

        release.SetResult();
        using var served = await running;
        served.StatusCode.ShouldBe(HttpStatusCode.OK);
        HttpStatusCode status;
        do
        {
            // The answer is there a moment before the reservation ends.
            using var next = await App.ChatAsync(ChatBody.Text("hello"), key);
            status = next.StatusCode;
        }
        while (status == HttpStatusCode.TooManyRequests && !Timeout.IsCancellationRequested);

        status.ShouldBe(HttpStatusCode.OK);
    }
}
