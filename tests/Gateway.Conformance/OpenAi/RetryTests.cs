using Gateway.Conformance.Running;
using OpenAI.Chat;
using Shouldly;
using Xunit;

namespace Gateway.Conformance.OpenAi;

public sealed class RetryTests(RunningGateway gateway)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Client_over_its_limit_waits_as_told_and_succeeds()
    {
        // 1000 tokens come back each second, and the first answer takes two and a half seconds' worth more than there is.
        var key = await gateway.NewKeyAsync("""{"limits":{"tokens_per_minute":60000}}""");
        var client = gateway.Chat(key);
        await client.CompleteChatAsync([new UserChatMessage("[[completion_tokens=62500]]Spend")], new ChatCompletionOptions { MaxOutputTokenCount = 32_000 }, Ct);

        ChatCompletion answer = await client.CompleteChatAsync([new UserChatMessage("Hello")], new ChatCompletionOptions { MaxOutputTokenCount = 100 }, Ct);

        answer.Content[0].Text.ShouldStartWith("You asked 'Hello'");
        var refused = await gateway.Process.WaitForLineAsync(
            line => line.Contains(key.Id, StringComparison.Ordinal) && line.Contains("rate_limit_exceeded", StringComparison.Ordinal), Ct);
        refused.ShouldContain("429");
        (await gateway.Admin.LedgerAsync(key, Ct)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Request_larger_than_its_limit_is_not_tried_again()
    {
        var key = await gateway.NewKeyAsync("""{"limits":{"tokens_per_minute":1000}}""");

        var error = await Should.ThrowAsync<System.ClientModel.ClientResultException>(() =>
            gateway.Chat(key).CompleteChatAsync([new UserChatMessage("Hello")], new ChatCompletionOptions { MaxOutputTokenCount = 5000 }, Ct));

        error.Status.ShouldBe(429);
        error.GetRawResponse()!.Headers.TryGetValue("x-should-retry", out var again).ShouldBeTrue();
        again.ShouldBe("false");
        (await gateway.Admin.LedgerAsync(key, Ct)).ShouldBeEmpty();
    }
}
