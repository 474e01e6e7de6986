using Gateway.Core.Models;

namespace Gateway.Core.Dialects;

/// <summary>How one family of providers speaks: where a request goes, how it is signed, and what its refusals mean.</summary>
public interface IDialect
{
    /// <summary>The name that the catalog uses.</summary>
    string Name { get; }

    /// <summary>Where chat completions of a model are posted.</summary>
    Uri ChatCompletions(Provider provider, string model);

    /// <summary>The header that carries the provider's credential.</summary>
    ProviderCredential Credential(Secret apiKey);

    /// <summary>What a refusal (a status of 400 or more) of the provider means.</summary>
    UpstreamRefusal ReadRefusal(int status, ReadOnlySpan<byte> body);
}
