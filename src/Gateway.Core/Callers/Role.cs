namespace Gateway.Core.Callers;

/// <summary>What a key may do beside, or instead of, inference. Each may do what those before it may.</summary>
public enum Role
{
    /// <summary>Inference, and a look at itself and its tenant's usage.</summary>
    Member,

    /// <summary>Also reads of its tenant on the admin API.</summary>
    Viewer,

    /// <summary>Also its tenant's keys; not money, tier, limits, mode or a role above itself.</summary>
    Admin,

    /// <summary>Everything, of every tenant.</summary>
    Owner,
}
