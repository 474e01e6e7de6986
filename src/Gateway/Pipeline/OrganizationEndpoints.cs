using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using Gateway.Core.Errors;
using Gateway.Keys;
using Gateway.Ledger;

namespace Gateway.Pipeline;

/// <summary>
/// OpenAI's usage and costs API for a tenant's own dashboards: what was used and what it cost, in spans of time. A tenant is the organization, and its one
/// project.
/// </summary>
internal sealed class OrganizationEndpoints(KeyAuthenticator keys, UsageBuckets usage, TimeProvider time)
{
    public Task UsageAsync(HttpContext context) => AnswerAsync(context, costs: false, UsageResultJson.Of, PipelineJson.Default.UsagePage);

    public Task CostsAsync(HttpContext context) => AnswerAsync(context, costs: true, CostResultJson.Of, PipelineJson.Default.CostPage);

    private async Task AnswerAsync<T>(HttpContext context, bool costs, Func<UsageRow, string?, T> show, JsonTypeInfo<PageJson<T>> form)
    {
        var ct = context.RequestAborted;
        if (!(await keys.AuthenticateAsync(context)).TryGet(out var caller, out var error)
            || !BucketQuery.Read(context.Request, caller.Tenant, time.GetUtcNow(), costs).TryGet(out var query, out error))
        {
            await ErrorResponse.WriteAsync(context, error);
            return;
        }

        Exchange.Of(context).Caller = caller;
        var found = query.Buckets == 0 ? [] : await usage.ListAsync(query.Rows, ct);
        var project = query.ByProject ? caller.Tenant.Value : null;
        var buckets = found.ToLookup(bucket => bucket.Start);
        var data = Enumerable.Range(0, query.Buckets)
            .Select(i => query.Rows.From + (i * query.Rows.Width))
            .Select(start => new BucketJson<T>(start, start + query.Rows.Width, [.. buckets[start].Select(bucket => show(bucket.Sums, project))]));
        var page = new PageJson<T>([.. data], query.Next is not null, query.Next?.ToString(CultureInfo.InvariantCulture));
        await context.Response.WriteAsJsonAsync(page, form, cancellationToken: ct);
    }
}
