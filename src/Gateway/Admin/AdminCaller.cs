using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Keys;
using Gateway.Storage;

namespace Gateway.Admin;

/// <summary>Who asks the admin API.</summary>
/// <param name="Role">With which rights.</param>
/// <param name="Tenant">Whose objects it sees; null for an owner, who sees all. To anyone else another tenant's objects are not there.</param>
/// <param name="Actor">As the audit log names it.</param>
internal sealed record AdminCaller(Role Role, TenantId? Tenant, Actor Actor)
{
    /// <summary>The one who asks, as the filter before every endpoint has found out.</summary>
    public static AdminCaller Of(HttpContext context) => context.Features.Get<AdminCaller>() ?? throw new InvalidOperationException("The endpoint is not behind the filter of the admin API.");

    public bool Sees(TenantId tenant) => Tenant is not { } own || own == tenant;

    /// <summary>The tenant that a list is for: of one who has a tenant, that one; another's is not there.</summary>
    /// <param name="asked">The one that the query names, or null.</param>
    /// <param name="tenant">Null for all.</param>
    public GatewayError? Narrow(string? asked, out string? tenant)
    {
        tenant = Tenant?.Value ?? asked;
        return asked is null || asked == tenant ? null : GatewayError.NotFound("tenant", asked);
    }

    public async Task<Tenant?> FindAsync(TenantStore tenants, string id, CancellationToken ct) =>
        Sees(new TenantId(id)) ? await tenants.FindAsync(new TenantId(id), ct) : null;

    public async Task<TenantKey?> FindAsync(KeyStore keys, string id, CancellationToken ct) =>
        await keys.FindAsync(new KeyId(id), ct) is { } key && Sees(key.Tenant) ? key : null;
}
