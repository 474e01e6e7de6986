using Gateway.Conformance.Running;
using Shouldly;
using Xunit;

namespace Gateway.Conformance.Wire;

public sealed class HeaderTests(RunningGateway gateway)
{
    private const string Body = """{"model":"gpt-4o","messages":[{"role":"user","content":"Hello"}],"max_tokens":50}""";
    private const string Duration = @"^((\d+h)?(\d+m)?(\d+(\.\d+)?s)?|\d+ms)$";

    [Fact]
    public async Task Neither_key_nor_cookie_nor_address_of_the_client_goes_upstream()
    {
        var key = await gateway.NewKeyAsync();

        var answer = await gateway.PostAsync(
            key,
            Body,
            ("Cookie", $"session={key.Secret}"),
            ("X-Api-Key", key.Secret),
            ("Api-Key", key.Secret),
            ("Proxy-Authorization", $"Bearer {key.Secret}"),
            ("X-Forwarded-For", "203.0.113.7"),
            ("Forwarded", "for=203.0.113.7"),
            ("OpenAI-Organization", "org-client"),
            ("OpenAI-Project", "proj-client"),
            ("X-Client-Request-Id", "client-chosen"),
            ("X-Secret-Of-Mine", "anything"));

        answer.Status.ShouldBe(200, answer.Body);
        var sent = gateway.Upstream(answer.RequestId);
        sent.Headers.ShouldNotContain(header => header.Value.Contains(key.Secret, StringComparison.Ordinal));
        sent.BodyText.ShouldNotContain(key.Secret);
        sent.Header("Authorization").ShouldBe($"Bearer {gateway.ProviderKey}");
        sent.Headers.Select(header => header.Key.ToLowerInvariant()).Order(StringComparer.Ordinal)
            .ShouldBeSubsetOf(["accept", "authorization", "content-length", "content-type", "host", "openai-beta", "traceparent", "tracestate", "x-client-request-id"]);
    }

    [Fact]
    public async Task Provider_key_and_headers_stay_behind_the_gateway()
    {
        var answer = await gateway.PostAsync(await gateway.NewKeyAsync(), Body);

        answer.Status.ShouldBe(200, answer.Body);
        var all = string.Join('\n', answer.Headers.Concat(answer.ContentHeaders).Select(header => $"{header.Key}: {string.Join(',', header.Value)}"));
        all.ShouldNotContain(gateway.ProviderKey);
        answer.Has("openai-organization").ShouldBeFalse(all);
        answer.Has("server").ShouldBeFalse(all);

        // The provider's own limits are the operator's affair; this key has none.
        all.ShouldNotContain("x-ratelimit-", Case.Insensitive);
        gateway.Process.Output.ShouldNotContain(gateway.ProviderKey);
    }

    [Fact]
    public async Task Every_answer_names_itself_and_its_time()
    {
        var key = await gateway.NewKeyAsync();
        RawAnswer[] answers =
        [
            await gateway.PostAsync(key, Body),
            await gateway.PostAsync(key, "{"),
            await gateway.SendAsync(HttpMethod.Get, "v1/models", key, null),
            await gateway.SendAsync(HttpMethod.Get, "v1/nothing/here", key, null),
            await gateway.SendAsync(HttpMethod.Get, "v1/models", null, null),
        ];

        answers.Select(answer => answer.Status).ShouldBe([200, 400, 200, 404, 401]);
        foreach (var answer in answers)
        {
            answer.RequestId.ShouldMatch("^req_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$");
            answer["openai-version"].ShouldBe("2020-10-01");
            answer["openai-processing-ms"].ShouldNotBeNull().ShouldMatch("^[0-9]+$");
        }

        answers.Select(answer => answer.RequestId).ShouldBeUnique();
    }

    [Fact]
    public async Task Answer_says_who_served_it()
    {
        var answer = await gateway.PostAsync(await gateway.NewKeyAsync(), Body);

        answer["x-gateway-provider"].ShouldBe("simulated");
        answer["x-gateway-model"].ShouldBe(Offer.UpstreamChat);
    }

    [Fact]
    public async Task Limits_are_told_with_what_remains_of_them()
    {
        var key = await gateway.NewKeyAsync("""{"limits":{"requests_per_minute":300,"tokens_per_minute":15000}}""");

        var first = await gateway.PostAsync(key, Body);
        var second = await gateway.PostAsync(key, Body);

        first["x-ratelimit-limit-requests"].ShouldBe("300");
        first["x-ratelimit-remaining-requests"].ShouldBe("299");
        first["x-ratelimit-limit-tokens"].ShouldBe("15000");
        Number(first["x-ratelimit-remaining-tokens"]).ShouldBeInRange(14_900, 14_949);
        Number(second["x-ratelimit-remaining-requests"]).ShouldBeInRange(298, 299);
        foreach (var answer in (RawAnswer[])[first, second])
        {
            answer["x-ratelimit-reset-requests"].ShouldNotBeNull().ShouldMatch(Duration);
            answer["x-ratelimit-reset-tokens"].ShouldNotBeNull().ShouldMatch(Duration);
        }
    }

    [Fact]
    public async Task Refusal_over_a_limit_says_when_to_come_again()
    {
        var key = await gateway.NewKeyAsync("""{"limits":{"requests_per_minute":1}}""");
        (await gateway.PostAsync(key, Body)).Status.ShouldBe(200);

        var refused = await gateway.PostAsync(key, Body);

        refused.Status.ShouldBe(429);
        refused.Body.ShouldContain("\"code\":\"rate_limit_exceeded\"");
        refused.Body.ShouldContain("\"type\":\"requests\"");
        var ms = Number(refused["retry-after-ms"]);
        ms.ShouldBeInRange(1, 60_000);
        Number(refused["retry-after"]).ShouldBe((ms + 999) / 1000);
        refused.Has("x-should-retry").ShouldBeFalse();
        refused["x-ratelimit-remaining-requests"].ShouldBe("0");
    }

    private static long Number(string? header) => long.Parse(header.ShouldNotBeNull());
}
