using Gateway.Core.Models;

namespace Gateway.Core.Dialects.OpenAi;

/// <summary>OpenAI's own API and every compatible one: the model's name in the body, a Bearer key, every path under the base URL.</summary>
public sealed class OpenAiDialect : IDialect
{
    public static readonly OpenAiDialect Instance = new();

    private OpenAiDialect()
    {
    }

    public string Name => "openai";

    public Uri Address(Provider provider, string path, string model, bool stream) => new($"{provider.BaseUrl.AbsoluteUri.TrimEnd('/')}{path}");

    public ProviderCredential Credential(Secret apiKey) => new("Authorization", $"Bearer {apiKey.Reveal()}");

    public UpstreamRefusal ReadRefusal(int status, ReadOnlySpan<byte> body) => OpenAiErrors.Read(status, body);
}
