using System.Collections.Frozen;
using Gateway.Core.Dialects.OpenAi;
using Gateway.Core.Models;

namespace Gateway.Core.Dialects.Azure;

/// <summary>
/// Azure OpenAI. With an <c>api_version</c>: the classic URL, the deployment in the path of those endpoints that belong to one. Without one:
/// the v1 API, the deployment as the body's model. The key goes in <c>api-key</c>; bodies are OpenAI's.
/// </summary>
public sealed class AzureDialect : IDialect
{
    public static readonly AzureDialect Instance = new();

    // Those that the classic URL puts under a deployment; every other path has the model in its body alone.
    private static readonly FrozenSet<string> OfDeployment = FrozenSet.ToFrozenSet(
    [
        "/chat/completions", "/completions", "/embeddings", "/audio/transcriptions", "/audio/translations", "/audio/speech", "/images/generations", "/images/edits",
    ]);

    private AzureDialect()
    {
    }

    public string Name => "azure";

    public Uri? Address(Provider provider, string path, string model, bool stream)
    {
        // Azure moderates by its content filters, on every request.
        if (path == "/moderations")
        {
            return null;
        }

        var resource = provider.BaseUrl.AbsoluteUri.TrimEnd('/');
        return provider.ApiVersion is { Length: > 0 } version
            ? new Uri($"{resource}/openai{(OfDeployment.Contains(path) ? $"/deployments/{Uri.EscapeDataString(model)}" : "")}{path}?api-version={Uri.EscapeDataString(version)}")
            : new Uri($"{resource}/openai/v1{path}");
    }

    public ProviderCredential Credential(Secret apiKey) => new("api-key", apiKey.Reveal());

    public UpstreamRefusal ReadRefusal(int status, ReadOnlySpan<byte> body) => OpenAiErrors.Read(status, body);
}
