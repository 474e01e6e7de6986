using System.Collections.Immutable;
using Gateway.Core.Models;

namespace Gateway.Core.Dialects;

/// <summary>How one family of providers speaks: where a request goes, how it is signed, and what its refusals mean.</summary>
public interface IDialect
{
    /// <summary>The name that the catalog uses.</summary>
    string Name { get; }

    /// <summary>How chat completions are translated; null for a dialect whose bodies are OpenAI's, which pass through.</summary>
    IChatTranslation? Translation => null;

    /// <summary>Whether pictures behind URLs must be fetched and sent along: the provider fetches none itself.</summary>
    bool InlinesImages => false;

    /// <summary>Headers that every request needs beside its credential.</summary>
    ImmutableArray<KeyValuePair<string, string>> Headers => [];

    /// <summary>Where an endpoint of a model is posted.</summary>
    /// <param name="provider">Who serves the model.</param>
    /// <param name="path">The endpoint's path behind the version, as OpenAI names it: <c>/chat/completions</c>.</param>
    /// <param name="model">The provider's own name of the model.</param>
    /// <param name="stream">Whether the answer is to be streamed; most dialects make no difference.</param>
    /// <returns>Null where the dialect has no such endpoint.</returns>
    Uri? Address(Provider provider, string path, string model, bool stream);

    /// <summary>The header that carries the provider's credential.</summary>
    ProviderCredential Credential(Secret apiKey);

    /// <summary>What a refusal (a status of 400 or more) of the provider means.</summary>
    UpstreamRefusal ReadRefusal(int status, ReadOnlySpan<byte> body);
}
