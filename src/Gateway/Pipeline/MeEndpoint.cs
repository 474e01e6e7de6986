using System.Globalization;
using Gateway.Catalog;
using Gateway.Core.Admission;
using Gateway.Core.Callers;
using Gateway.Core.Errors;
using Gateway.Funds;
using Gateway.Keys;
using Gateway.Ledger;
using Gateway.Limits;

namespace Gateway.Pipeline;

/// <summary>What a key can learn of itself: whose it is, what binds it and how much of that is used, and what it and its tenant used this month.</summary>
internal sealed class MeEndpoint(
    KeyAuthenticator authenticator, KeyStore keys, TenantStore tenants, CatalogStore catalogs, ILimiter limiter, IFunds funds, UsageStore usage, TimeProvider time)
{
    public async Task HandleAsync(HttpContext context)
    {
        if ((await ReadAsync(context, context.RequestAborted)).TryGet(out var me, out var error))
        {
            await context.Response.WriteAsJsonAsync(me, PipelineJson.Default.MeJson, cancellationToken: context.RequestAborted);
        }
        else
        {
            await ErrorResponse.WriteAsync(context, error);
        }
    }

    private async Task<Outcome<MeJson>> ReadAsync(HttpContext context, CancellationToken ct)
    {
        if (!(await authenticator.AuthenticateAsync(context)).TryGet(out var caller, out var error))
        {
            return error;
        }

        Exchange.Of(context).Caller = caller;
        if (await keys.FindAsync(caller.Key, ct) is not { } key || await tenants.FindAsync(caller.Tenant, ct) is not { } tenant)
        {
            // Ended in this very moment.
            return GatewayError.NotFound("key", caller.Key.Value);
        }

        var scopes = caller.PlanUnder(catalogs.Current.Tier(caller.Tier)).All();
        if (await limiter.ReadAsync(caller.Tenant, scopes, ct) is not { } limits)
        {
            return GatewayError.LimiterUnavailable();
        }

        var now = time.GetUtcNow();
        var money = await FundsUseJson.ReadAsync(funds, caller.FundsAt(now).Bounds, ct);

        return new MeJson(
            KeyJson.Of(key),
            TenantJson.Of(tenant),
            [.. limits.Select(LimitUseJson.Of)],
            money,
            caller.Mode == BillingMode.Prepaid ? money.Single(fund => fund.Kind == FundsUseJson.Balance).Available : null,
            new MonthJson(
                now.UtcDateTime.ToString("yyyy-MM", CultureInfo.InvariantCulture),
                await SumAsync(caller.Tenant, caller.Key, now, ct),
                await SumAsync(caller.Tenant, null, now, ct)));
    }

    private async Task<UsageSumsJson> SumAsync(TenantId tenant, KeyId? key, DateTimeOffset now, CancellationToken ct)
    {
        var month = DateOnly.FromDateTime(FundsAccount.StartOf(FundsAccount.MonthOf(now)).UtcDateTime);
        var page = await usage.ListAsync(new UsageQuery(UsageGroups.None, tenant.Value, key?.Value, null, month, month.AddMonths(1), null, 1), ct);
        return UsageSumsJson.Of(page.Rows[0]);
    }
}
