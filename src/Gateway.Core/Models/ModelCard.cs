using System.Collections.Immutable;
using Gateway.Core.Pricing;

namespace Gateway.Core.Models;

/// <summary>One model as the gateway offers it: what it is, what it costs, and which deployments serve it.</summary>
public sealed class ModelCard
{
    private Deployment[]? _usable;

    /// <summary>The catalog's own name; limits, ledger rows and prices go by it, whatever alias a client sends.</summary>
    public required string Id { get; init; }

    public string? DisplayName { get; init; }

    public string OwnedBy { get; init; } = "gateway";

    public ModelStatus Status { get; init; }

    public string? Description { get; init; }

    /// <summary>Modalities it takes: <c>text</c>, <c>image</c>, <c>audio</c>, <c>file</c>.</summary>
    public ImmutableArray<string> Input { get; init; } = ["text"];

    public ImmutableArray<string> Output { get; init; } = ["text"];

    /// <summary>Whether the card leaves open what the model brings: it states no outputs, and none that would cost anything.</summary>
    public bool IsOpen { get; init; }

    /// <summary>Whether it brings anything but vectors and verdicts.</summary>
    public bool Generates => Output.Any(static output => output is not ("embedding" or "moderation"));

    /// <summary>The paths of the endpoints that it serves, as OpenAI names them; empty where its outputs tell.</summary>
    public ImmutableArray<string> Endpoints { get; init; } = [];

    /// <summary>Unix seconds; what <c>created</c> of the model list shows.</summary>
    public long Created { get; init; }

    public long? ContextWindow { get; init; }

    /// <summary>Tokens of prompt, as measured before it is sent, above which it is refused: its price holds for no longer one. Null for no bound.</summary>
    public long? MaxPromptTokens { get; init; }

    public long? MaxOutputTokens { get; init; }

    public ImmutableArray<string> Aliases { get; init; } = [];

    /// <summary>Completion tokens assumed at admission for a request that states no maximum.</summary>
    public long? DefaultCompletionTokens { get; init; }

    public PriceBook Prices { get; init; } = PriceBook.Empty;

    /// <summary>In the order in which they are tried: by priority, then as written.</summary>
    public ImmutableArray<Deployment> Deployments { get; init; } = [];

    /// <summary>Those of <see cref="Deployments"/> that can be sent to, in the same order: their provider is configured. Worked out once.</summary>
    public IReadOnlyList<Deployment> Usable => _usable ??= FindUsable();

    /// <summary>Ids of other models, asked in this order once no deployment of this one serves. Their own fallbacks are not followed.</summary>
    public ImmutableArray<string> Fallbacks { get; init; } = [];

    public RetryPolicy Retries { get; init; } = RetryPolicy.Default;

    public ParameterPolicy Parameters { get; init; } = ParameterPolicy.None;

    public Timeouts Timeouts { get; init; } = Timeouts.Default;

    /// <summary>Whether a message's own <c>image</c> field is taken for a picture; else it is refused.</summary>
    public bool AcceptImageField { get; init; }

    /// <summary>Whether the model takes <c>image</c>, <c>audio</c> or <c>file</c>.</summary>
    public bool Takes(string modality) => Input.Contains(modality);

    private Deployment[] FindUsable()
    {
        Deployment[] configured = [.. Deployments.Where(deployment => deployment.Provider.Unavailable is null)];
        Deployment[] own = [.. configured.Where(deployment => !deployment.IsStandIn)];
        return own.Length > 0 ? own : configured;
    }
}
