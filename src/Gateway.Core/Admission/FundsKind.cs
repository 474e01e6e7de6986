namespace Gateway.Core.Admission;

/// <summary>What money binds a request.</summary>
public enum FundsKind
{
    /// <summary>A prepaid tenant's balance.</summary>
    Balance,

    /// <summary>A tenant's budget for the calendar month, UTC.</summary>
    TenantBudget,

    /// <summary>A key's budget for the calendar month, UTC.</summary>
    KeyBudget,
}
