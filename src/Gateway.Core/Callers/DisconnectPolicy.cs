namespace Gateway.Core.Callers;

/// <summary>What happens upstream when a client goes away in mid-answer.</summary>
public enum DisconnectPolicy
{
    /// <summary>Read on in the background to the provider's usage, within bounds.</summary>
    Drain,

    /// <summary>Stop the upstream at once; bill the prompt and what was received.</summary>
    Cancel,
}
