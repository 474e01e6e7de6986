using Gateway.Core.Models;

namespace Gateway.Core.Dialects.Gemini;

/// <summary>
/// Google's Gemini API: the model and the method in the path, the key in <c>x-goog-api-key</c>, bodies of its own
/// (<c>generateContent</c>, <c>streamGenerateContent</c>). It fetches no pictures from the web, so these go in the body.
/// </summary>
public sealed class GeminiDialect : IDialect
{
    public static readonly GeminiDialect Instance = new();

    private const string Version = "/v1beta";

    private GeminiDialect()
    {
    }

    public string Name => "gemini";

    public IChatTranslation Translation => GeminiTranslation.Instance;

    public bool InlinesImages => true;

    /// <summary>A base URL may end in the version; a model may be written as the resource that it is, <c>models/...</c> or <c>tunedModels/...</c>.</summary>
    public Uri? Address(Provider provider, string path, string model, bool stream)
    {
        // Chat completions alone are translated.
        if (path != "/chat/completions")
        {
            return null;
        }

        var root = provider.BaseUrl.AbsoluteUri.TrimEnd('/');
        if (!root.EndsWith(Version, StringComparison.OrdinalIgnoreCase))
        {
            root += Version;
        }

        return new Uri($"{root}/{Resource(model)}:{(stream ? "streamGenerateContent?alt=sse" : "generateContent")}");
    }

    public ProviderCredential Credential(Secret apiKey) => new("x-goog-api-key", apiKey.Reveal());

    public UpstreamRefusal ReadRefusal(int status, ReadOnlySpan<byte> body) => GeminiErrors.Read(status, body);

    private static string Resource(string model)
    {
        var slash = model.IndexOf('/', StringComparison.Ordinal);
        return slash >= 0 && model[..slash] is ("models" or "tunedModels")
            ? $"{model[..slash]}/{Uri.EscapeDataString(model[(slash + 1)..])}"
            : $"models/{Uri.EscapeDataString(model)}";
    }
}
