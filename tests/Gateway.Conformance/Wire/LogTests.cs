using System.Text.Json.Nodes;
using Gateway.Conformance.Running;
using Shouldly;
using Xunit;

namespace Gateway.Conformance.Wire;

/// <summary>What the process prints: a line for each request, and never what a caller or a provider keeps secret.</summary>
public sealed class LogTests(RunningGateway gateway)
{
    private const string Marked = "marked-prompt-7f3a";
    private const string MarkedImage = "bWFya2VkLWltYWdlLWJ5dGVz";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Line_of_a_request_has_its_facts_and_no_secret()
    {
        var key = await gateway.NewKeyAsync();

        var answer = await gateway.PostAsync(key, $$"""{"model":"gpt-4o","messages":[{"role":"user","content":"{{Marked}}"}]}""");
        var refused = await gateway.PostAsync(key, $$"""{"model":"gpt-4o","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,{{MarkedImage}}"} }]}]}""");
        var failed = await gateway.PostAsync(key, $$"""{"model":"gpt-4o","messages":[{"role":"user","content":"[[status=401]]{{Marked}}"}]}""");

        var line = JsonNode.Parse(await gateway.Process.WaitForLineAsync(text => text.Contains(answer.RequestId!, StringComparison.Ordinal), Ct))!;
        ((string?)line["key_id"]).ShouldBe(key.Id);
        ((string?)line["model"]).ShouldBe(Offer.Chat);
        ((string?)line["upstream_model"]).ShouldBe(Offer.UpstreamChat);
        ((int?)line["status"]).ShouldBe(200);
        ((string?)line["cost_usd"]).ShouldBe(answer["x-gateway-cost-usd"]);
        await gateway.Process.WaitForLineAsync(text => text.Contains(refused.RequestId!, StringComparison.Ordinal), Ct);
        await gateway.Process.WaitForLineAsync(text => text.Contains(failed.RequestId!, StringComparison.Ordinal), Ct);

        foreach (var secret in (string[])[Marked, MarkedImage, key.Secret, gateway.ProviderKey, gateway.Process.AdminKey])
        {
            gateway.Process.Output.ShouldNotContain(secret, Case.Sensitive);
        }
    }
}
