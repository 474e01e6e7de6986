namespace Gateway.Core.Callers;

/// <summary>How a tenant pays.</summary>
public enum BillingMode
{
    /// <summary>By the ledger, afterwards.</summary>
    Postpaid,

    /// <summary>From a balance, which its requests cannot overdraw.</summary>
    Prepaid,
}
