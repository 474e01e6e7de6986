using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Gateway.Core.Callers;
using Gateway.Keys;
using Gateway.Storage;

namespace Gateway.Benchmarks.Servers;

/// <summary>A tenant and its key, made through the admin API; where the build has none, in the database itself.</summary>
internal static class TenantSeed
{
    // On every scope and for both kinds, so that a request pays for all the limits that a tenant can have.
    private const long Generous = 1_000_000_000;

    public static async Task<string> MakeKeyAsync(Uri gateway, string adminKey, StorageOptions storage, CancellationToken ct)
    {
        using var client = new HttpClient { BaseAddress = new Uri(gateway, "admin/v1/") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", adminKey);
        var limits = $$"""{"requests_per_minute":{{Generous}},"tokens_per_minute":{{Generous}}}""";
        if (await PostAsync(client, "tenants", $$"""{"name":"benchmark","disconnect":"cancel","limits":{{limits}}}""", ct) is not { } tenant)
        {
            return await MakeKeyAsync(storage, ct);
        }

        var key = await PostAsync(client, $"tenants/{tenant["id"]}/keys", $$"""{"name":"benchmark","limits":{{limits}}}""", ct);
        return key?["key"]?.GetValue<string>() ?? throw new CannotMeasureException("The admin API made a tenant but no key.");
    }

    /// <returns>Null where nothing serves the path.</returns>
    private static async Task<JsonNode?> PostAsync(HttpClient client, string path, string body, CancellationToken ct)
    {
        using var content = new StringContent(body, MediaTypeHeaderValue.Parse("application/json"));
        using var response = await client.PostAsync(new Uri(path, UriKind.Relative), content, ct);
        var text = await response.Content.ReadAsStringAsync(ct);
        return response.StatusCode switch
        {
            HttpStatusCode.NotFound => null,
            HttpStatusCode.OK or HttpStatusCode.Created => JsonNode.Parse(text),
            var status => throw new CannotMeasureException($"The admin API answered {(int)status} to {path}: {text}"),
        };
    }

    public static async Task<string> MakeKeyAsync(StorageOptions storage, CancellationToken ct)
    {
        await using var database = StorageRegistration.Open(storage, TimeProvider.System);
        var changes = new ChangeLog(database, TimeProvider.System);
        var limits = new RateLimits { RequestsPerMinute = Generous, TokensPerMinute = Generous };
        var tenant = await new TenantStore(database, changes, TimeProvider.System)
            .CreateAsync(new TenantDraft("benchmark") { Limits = limits, Disconnect = DisconnectPolicy.Cancel }, ct);
        var key = await new KeyStore(database, changes, new KeyCache(), TimeProvider.System)
            .IssueAsync(tenant.Id, new KeyDraft("benchmark") { Limits = limits }, ct);
        return key.Secret;
    }
}
