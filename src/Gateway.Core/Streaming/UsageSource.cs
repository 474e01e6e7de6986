namespace Gateway.Core.Streaming;

/// <summary>Where the tokens of a ledger row come from.</summary>
public enum UsageSource
{
    /// <summary>The provider's own usage.</summary>
    Provider,

    /// <summary>The exact tokenizer over what was sent and received.</summary>
    Counted,

    /// <summary>The cheap estimate, where neither was possible.</summary>
    Estimated,
}
