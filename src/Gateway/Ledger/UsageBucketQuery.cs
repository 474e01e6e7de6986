using Gateway.Core.Callers;

namespace Gateway.Ledger;

/// <summary>Which rows of a tenant to add up, in spans of time of one width.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="From">Unix seconds, a multiple of the width.</param>
/// <param name="To">Unix seconds behind the last span.</param>
/// <param name="Width">Seconds: 60, 3,600 or 86,400.</param>
/// <param name="ByKey">Each key apart.</param>
/// <param name="ByModel">Each model apart.</param>
/// <param name="Keys">These alone; empty for all.</param>
/// <param name="Models">These alone; empty for all.</param>
internal sealed record UsageBucketQuery(
    TenantId Tenant, long From, long To, long Width, bool ByKey, bool ByModel, IReadOnlyList<string> Keys, IReadOnlyList<string> Models)
{
    public const long Day = 86_400;
}
