using System.Collections.Immutable;
using Gateway.Core.Models;

namespace Gateway.Core.Dialects.Anthropic;

/// <summary>
/// Anthropic's Messages API: one address for whole answers and streams, the model's name in the body, the key in <c>x-api-key</c>, the
/// API's version in a header. Bodies are translated.
/// </summary>
public sealed class AnthropicDialect : IDialect
{
    public static readonly AnthropicDialect Instance = new();

    private const string Version = "/v1";

    private AnthropicDialect()
    {
    }

    public string Name => "anthropic";

    public IChatTranslation Translation { get; } = new AnthropicTranslation();

    // The version that all that is said here of bodies belongs to; it has been the current one since 2023.
    public ImmutableArray<KeyValuePair<string, string>> Headers { get; } = [new("anthropic-version", "2023-06-01")];

    /// <summary>The base URL is the host's; one that ends in <c>/v1</c>, as other dialects want it, means the same.</summary>
    public Uri? Address(Provider provider, string path, string model, bool stream)
    {
        // Chat completions are translated to messages.
        if (path is not ("/chat/completions" or "/messages"))
        {
            return null;
        }

        var address = provider.BaseUrl.AbsoluteUri.TrimEnd('/');
        return new Uri($"{address}{(address.EndsWith(Version, StringComparison.Ordinal) ? "" : Version)}/messages");
    }

    public ProviderCredential Credential(Secret apiKey) => new("x-api-key", apiKey.Reveal());

    public UpstreamRefusal ReadRefusal(int status, ReadOnlySpan<byte> body) => AnthropicErrors.Read(status, body);
}
