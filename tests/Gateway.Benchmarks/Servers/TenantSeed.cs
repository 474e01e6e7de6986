using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Gateway.Core.Callers;
using Gateway.Keys;
using Gateway.Storage;

namespace Gateway.Benchmarks.Servers;

/// <summary>A tenant and its key, made through a gateway's admin API, or in a database that no gateway runs on.</summary>
internal static class TenantSeed
{
    // On every scope and for both kinds, so that a request pays for all the limits that a tenant can have.
    private const long Generous = 1_000_000_000;

    public static async Task<string> MakeKeyAsync(Uri gateway, string adminKey, CancellationToken ct)
    {
        using var client = new HttpClient { BaseAddress = new Uri(gateway, "admin/v1/") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", adminKey);
        var limits = $$"""{"requests_per_minute":{{Generous}},"tokens_per_minute":{{Generous}}}""";
        var tenant = await PostAsync(client, "tenants", $$"""{"name":"benchmark","disconnect":"cancel","limits":{{limits}}}""", ct);
        var key = await PostAsync(client, $"tenants/{tenant["id"]}/keys", $$"""{"name":"benchmark","limits":{{limits}}}""", ct);
        return key["key"]?.GetValue<string>() ?? throw new CannotMeasureException("The admin API made a tenant but no key.");
    }

    private static async Task<JsonNode> PostAsync(HttpClient client, string path, string body, CancellationToken ct)
    {
        using var content = new StringContent(body, MediaTypeHeaderValue.Parse("application/json"));
        using var response = await client.PostAsync(new Uri(path, UriKind.Relative), content, ct);
        var text = await response.Content.ReadAsStringAsync(ct);
        return response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created
            ? JsonNode.Parse(text)! // Null for the JSON null alone.
            : throw new CannotMeasureException($"The admin API answered {(int)response.StatusCode} to {path}: {text}");
    }

    public static async Task<string> MakeKeyAsync(StorageOptions storage, CancellationToken ct)
    {
        await using var database = StorageRegistration.Open(storage, TimeProvider.System);
        var changes = new ChangeLog(database, TimeProvider.System);
        var audit = new AuditLog(database, TimeProvider.System);
        var limits = new RateLimits { RequestsPerMinute = Generous, TokensPerMinute = Generous };
        var tenant = await new TenantStore(database, changes, audit, new KeyCache(), TimeProvider.System)
            .CreateAsync(new TenantDraft("benchmark") { Limits = limits, Disconnect = DisconnectPolicy.Cancel }, Actor.Gateway, ct);
        var key = await new KeyStore(database, changes, audit, new KeyCache(), TimeProvider.System)
            .IssueAsync(tenant.Id, new KeyDraft("benchmark") { Limits = limits }, Actor.Gateway, ct);
        return key.Secret;
    }
}
