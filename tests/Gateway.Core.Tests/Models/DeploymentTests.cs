using Gateway.Core.Dialects;
using Gateway.Core.Models;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Models;

public sealed class DeploymentTests
{
    [Theory]
    [InlineData("openai", "https://api.openai.com/v1", null, "gpt-4o", "https://api.openai.com/v1/chat/completions")]
    [InlineData("openai", "http://localhost:11434/v1/", null, "llama", "http://localhost:11434/v1/chat/completions")]
    [InlineData("azure", "https://x.openai.azure.com", "2024-10-21", "my gpt/4o", "https://x.openai.azure.com/openai/deployments/my%20gpt%2F4o/chat/completions?api-version=2024-10-21")]
    [InlineData("azure", "https://x.openai.azure.com", null, "my-gpt4o", "https://x.openai.azure.com/openai/v1/chat/completions")]
    [InlineData("anthropic", "https://api.anthropic.com", null, "claude-x", "https://api.anthropic.com/v1/messages")]
    [InlineData("anthropic", "https://proxy.example.com/anthropic/v1/", null, "claude-x", "https://proxy.example.com/anthropic/v1/messages")]
    public void Chat_completions_are_posted_where_the_dialect_says(string dialect, string baseUrl, string? apiVersion, string model, string address)
    {
        Dialect.TryGet(dialect, out var found).ShouldBeTrue();
        var provider = new Provider { Name = "p", Dialect = found!, BaseUrl = new Uri(baseUrl), ApiVersion = apiVersion };
        var deployment = new Deployment { Provider = provider, Model = model };

        var uri = deployment.AddressOf("/chat/completions", stream: false).ShouldNotBeNull();
        uri.AbsoluteUri.ShouldBe(address);
        deployment.AddressOf("/chat/completions", stream: false).ShouldBeSameAs(uri);
    }

    [Theory]
    [InlineData("openai", "Authorization", "Bearer sk-x")]
    [InlineData("azure", "api-key", "sk-x")]
    [InlineData("anthropic", "x-api-key", "sk-x")]
    public void Credential_goes_where_the_dialect_wants_it(string dialect, string header, string value)
    {
        Dialect.TryGet(dialect, out var found).ShouldBeTrue();

        var credential = found!.Credential(new Secret("sk-x"));

        credential.Header.ShouldBe(header);
        credential.Value.ShouldBe(value);
    }

    [Theory]
    [InlineData("OpenAI")]
    [InlineData("cohere")]
    public void Unknown_dialect_is_none(string name) => Dialect.TryGet(name, out _).ShouldBeFalse();
}
