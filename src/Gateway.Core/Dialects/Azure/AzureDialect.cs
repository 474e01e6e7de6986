using Gateway.Core.Dialects.OpenAi;
using Gateway.Core.Models;

namespace Gateway.Core.Dialects.Azure;

/// <summary>
/// Azure OpenAI. With an <c>api_version</c>: the classic URL, the deployment in its path. Without one: the v1 API, the deployment as the
/// body's model. The key goes in <c>api-key</c>; bodies are OpenAI's.
/// </summary>
public sealed class AzureDialect : IDialect
{
    public static readonly AzureDialect Instance = new();

    private AzureDialect()
    {
    }

    public string Name => "azure";

    public Uri ChatCompletions(Provider provider, string model, bool stream)
    {
        var resource = provider.BaseUrl.AbsoluteUri.TrimEnd('/');
        return provider.ApiVersion is { Length: > 0 } version
            ? new Uri($"{resource}/openai/deployments/{Uri.EscapeDataString(model)}/chat/completions?api-version={Uri.EscapeDataString(version)}")
            : new Uri($"{resource}/openai/v1/chat/completions");
    }

    public ProviderCredential Credential(Secret apiKey) => new("api-key", apiKey.Reveal());

    public UpstreamRefusal ReadRefusal(int status, ReadOnlySpan<byte> body) => OpenAiErrors.Read(status, body);
}
