using System.Collections.Frozen;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Backends.Tests.Ledger;
using Gateway.Backends.Tests.Storage;
using Gateway.Core.Callers;
using Gateway.Core.Pricing;
using Gateway.Funds;
using Gateway.Keys;
using Gateway.Ledger;
using Gateway.Storage;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Admin;

/// <summary>
/// Who may do what: each operation of the OpenAPI document, by each kind of caller, on its own tenant and on another. Every answer is held against its
/// schema, and no refusal changes a row.
/// </summary>
public abstract class AdminAccessSuite(Backend backend)
{
    private const string Absent = "no key", Bad = "bad key", AdminKey = "admin key";
    private static readonly string[] Callers = [Absent, Bad, RoleText.Member, RoleText.Viewer, RoleText.Admin, RoleText.Owner, AdminKey];

    /// <summary>Statuses in the order of <see cref="Callers"/>: on their own tenant, and on another one where the call names a tenant or what is of one.</summary>
    private static readonly Dictionary<string, (int[] Own, int[]? Other)> Table = new()
    {
        ["GET /admin/openapi.json"] = ([401, 401, 403, 200, 200, 200, 200], null),
        ["POST /admin/v1/tenants"] = ([401, 401, 403, 403, 403, 201, 201], null),
        ["GET /admin/v1/tenants"] = ([401, 401, 403, 200, 200, 200, 200], null),
        ["GET /admin/v1/tenants/{id}"] = ([401, 401, 403, 200, 200, 200, 200], [401, 401, 403, 404, 404, 200, 200]),
        ["PATCH /admin/v1/tenants/{id}"] = ([401, 401, 403, 403, 403, 200, 200], [401, 401, 403, 403, 403, 200, 200]),
        ["DELETE /admin/v1/tenants/{id}"] = ([401, 401, 403, 403, 403, 200, 200], [401, 401, 403, 403, 403, 200, 200]),
        ["POST /admin/v1/tenants/{id}/keys"] = ([401, 401, 403, 403, 201, 201, 201], [401, 401, 403, 403, 404, 201, 201]),
        ["GET /admin/v1/tenants/{id}/keys"] = ([401, 401, 403, 200, 200, 200, 200], [401, 401, 403, 404, 404, 200, 200]),
        ["GET /admin/v1/keys/{id}"] = ([401, 401, 403, 200, 200, 200, 200], [401, 401, 403, 404, 404, 200, 200]),
        ["PATCH /admin/v1/keys/{id}"] = ([401, 401, 403, 403, 200, 200, 200], [401, 401, 403, 403, 404, 200, 200]),
        ["POST /admin/v1/keys/{id}/rotate"] = ([401, 401, 403, 403, 200, 200, 200], [401, 401, 403, 403, 404, 200, 200]),
        ["DELETE /admin/v1/keys/{id}"] = ([401, 401, 403, 403, 200, 200, 200], [401, 401, 403, 403, 404, 200, 200]),
        ["POST /admin/v1/tenants/{id}/credits"] = ([401, 401, 403, 403, 403, 201, 201], [401, 401, 403, 403, 403, 201, 201]),
        ["GET /admin/v1/tenants/{id}/credits"] = ([401, 401, 403, 200, 200, 200, 200], [401, 401, 403, 404, 404, 200, 200]),
        ["GET /admin/v1/tenants/{id}/balance"] = ([401, 401, 403, 200, 200, 200, 200], [401, 401, 403, 404, 404, 200, 200]),
        ["POST /admin/v1/ledger/{requestId}/refund"] = ([401, 401, 403, 403, 403, 201, 201], [401, 401, 403, 403, 403, 201, 201]),
        ["GET /admin/v1/ledger"] = ([401, 401, 403, 200, 200, 200, 200], [401, 401, 403, 404, 404, 200, 200]),
        ["GET /admin/v1/usage"] = ([401, 401, 403, 200, 200, 200, 200], [401, 401, 403, 404, 404, 200, 200]),
        ["GET /admin/v1/limits"] = ([401, 401, 403, 200, 200, 200, 200], [401, 401, 403, 404, 404, 200, 200]),
        ["GET /admin/v1/providers"] = ([401, 401, 403, 403, 403, 200, 200], null),
        ["GET /admin/v1/audit"] = ([401, 401, 403, 200, 200, 200, 200], [401, 401, 403, 404, 404, 200, 200]),
    };

    [Fact]
    public async Task Each_caller_may_what_the_table_says_and_gets_what_the_document_says()
    {
        await using var node = await AdminNode.StartAsync(backend);
        var document = await node.DescribeAsync();
        var wrongs = new List<string>();

        document.Operations.Select(operation => operation.Name).Except(Table.Keys, StringComparer.Ordinal).ShouldBeEmpty("these have no row in the table");
        Table.Keys.Except(document.Operations.Select(operation => operation.Name), StringComparer.Ordinal).ShouldBeEmpty("these are no operations");
        foreach (var operation in document.Operations)
        {
            var (own, other) = Table[operation.Name];
            var world = await World.MakeAsync(node);
            foreach (var (statuses, isOther) in ((int[]?, bool)[])[(own, false), (other, true)])
            {
                for (var i = 0; i < Callers.Length && statuses is not null; i++)
                {
                    // Who ends a tenant or a key leaves nothing for the next caller.
                    world = operation.Method == "DELETE" ? await World.MakeAsync(node) : world;
                    var before = await node.DumpAsync();
                    var (status, body) = await node.SendAsync(RequestOf(operation, world, Callers[i], isOther));
                    var what = $"{operation.Name}, {Callers[i]}, {(isOther ? "another" : "own")} tenant";
                    if (status != statuses[i])
                    {
                        wrongs.Add($"{what}: {status} instead of {statuses[i]}: {body}");
                    }

                    wrongs.AddRange(document.Wrongs(operation.Said, status, body).Select(wrong => $"{what}: {wrong}"));
                    if (status < 400 && JsonNode.Parse(body)!["data"] is JsonArray { Count: 0 })
                    {
                        wrongs.Add($"{what}: an empty list shows nothing");
                    }

                    if (status >= 400 && await node.DumpAsync() != before)
                    {
                        wrongs.Add($"{what}: a refusal changed something");
                    }
                }
            }
        }

        wrongs.ShouldBeEmpty();
    }

    [Fact]
    public async Task Table_and_document_agree_on_the_least_role()
    {
        await using var node = await AdminNode.StartAsync(backend);
        foreach (var (name, _, _, said) in (await node.DescribeAsync()).Operations)
        {
            var least = Callers.Zip(Table[name].Own).First(cell => cell.Second < 400).First;
            ((string?)said["x-least-role"]).ShouldBe(least, name);
        }
    }

    private static HttpRequestMessage RequestOf((string Name, string Method, string Path, JsonObject Said) operation, World world, string caller, bool isOther)
    {
        var target = isOther ? world.Other : world.Own;
        var path = operation.Path.Replace("{requestId}", target.Row, StringComparison.Ordinal)
            .Replace("/keys/{id}", $"/keys/{target.Key}", StringComparison.Ordinal)
            .Replace("{id}", target.Tenant, StringComparison.Ordinal);
        var names = (operation.Said["parameters"]?.AsArray() ?? []).Where(parameter => (string?)parameter!["in"] == "query").Select(parameter => (string)parameter!["name"]!).ToHashSet();
        var query = names.Contains("tenant") ? $"?tenant={target.Tenant}" : names.Contains("key") ? $"?key={target.Key}" : "";
        if (names.Contains("group_by"))
        {
            query += "&group_by=day,model,key,tenant";
        }

        var request = new HttpRequestMessage(HttpMethod.Parse(operation.Method), path + query);
        if (AdminDescription.BodyOf(operation.Said) is { } body)
        {
            request.Content = new StringContent(body["example"]!.ToJsonString(), Encoding.UTF8, "application/json");
        }

        if (caller != Absent)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", caller switch
            {
                Bad => ApiKey.Generate(),
                AdminKey => AdminNode.AdminKey,
                _ => world.Secrets[caller],
            });
        }

        return request;
    }

    private sealed record Target(string Tenant, string Key, string Row);

    /// <summary>Two tenants with something of everything, and a key of each role in the first.</summary>
    private sealed record World(Target Own, Target Other, Dictionary<string, string> Secrets)
    {
        public static async Task<World> MakeAsync(AdminNode node)
        {
            var (own, other) = (await MakeTargetAsync(node), await MakeTargetAsync(node));
            var secrets = new Dictionary<string, string>();
            foreach (var role in (string[])[RoleText.Member, RoleText.Viewer, RoleText.Admin, RoleText.Owner])
            {
                var draft = new KeyDraft(role) { Role = RoleText.ToRole(role)!.Value };
                secrets[role] = (await node.Services.GetRequiredService<KeyStore>().IssueAsync(new TenantId(own.Tenant), draft, Actor.Gateway, CancellationToken.None)).Secret;
            }

            return new World(own, other, secrets);
        }

        private static async Task<Target> MakeTargetAsync(AdminNode node)
        {
            var services = node.Services;
            var limits = new RateLimits { RequestsPerMinute = 5, Models = new Dictionary<string, RateLimits> { ["m"] = new() { TokensPerMinute = 7 } }.ToFrozenDictionary() };
            var tenant = (await services.GetRequiredService<TenantStore>().CreateAsync(
                new TenantDraft("Acme") { Tier = "tier-1", Limits = limits, MonthlyBudget = new Money(1), Mode = BillingMode.Prepaid }, Actor.Gateway, CancellationToken.None)).Id;
            var draft = new KeyDraft("k") { Limits = limits, AllowedModels = ["m"], AllowedIps = ["192.0.2.0/24"], ExpiresAt = DateTimeOffset.MaxValue.AddYears(-1) };
            var key = (await services.GetRequiredService<KeyStore>().IssueAsync(tenant, draft, Actor.Gateway, CancellationToken.None)).Key.Id;
            await services.GetRequiredService<FundsStore>().CreditAsync(tenant, new Money(5), "x", null, Actor.Gateway, CancellationToken.None);
            var row = LedgerEntries.At(LedgerEntries.Begin) with { TenantId = tenant, KeyId = key, Amount = new Money(20_000_000) };
            await services.GetRequiredService<LedgerWriter>().CommitAsync(row, CancellationToken.None);
            return new Target(tenant.Value, key.Value, row.RequestId);
        }
    }
}
