namespace Gateway.Ledger;

/// <summary>By what usage is summed up. In this order rows are sorted.</summary>
[Flags]
internal enum UsageGroups
{
    None = 0,
    Day = 1,
    Tenant = 2,
    Key = 4,
    Model = 8,
}
