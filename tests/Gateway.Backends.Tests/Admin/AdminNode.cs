using System.Data.Common;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Admin;
using Gateway.Backends.Tests.Storage;
using Gateway.Catalog;
using Gateway.Core.Admission;
using Gateway.Funds;
using Gateway.Keys;
using Gateway.Ledger;
using Gateway.Limits;
using Gateway.Storage;
using Gateway.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;

namespace Gateway.Backends.Tests.Admin;

/// <summary>A host with storage, keys, ledger and the admin API, wired as the gateway wires them.</summary>
internal sealed class AdminNode : IAsyncDisposable
{
    public const string AdminKey = "an-admin-key-of-the-tests";

    private const string Catalog = """
        {
          "providers": { "none": { "dialect": "openai", "base_url": "http://127.0.0.1:9/v1" } },
          "models": {},
          "tiers": { "tier-1": { "requests_per_minute": 300, "concurrent_requests": 50 } },
        }
        """;

    private readonly TestDatabase _test;
    private readonly string _folder;
    private readonly WebApplication _app;
    private readonly HttpClient _client;

    private AdminNode(TestDatabase test, string folder, WebApplication app)
    {
        (_test, _folder, _app) = (test, folder, app);
        _client = app.GetTestClient();
    }

    public IServiceProvider Services => _app.Services;

    /// <param name="redis">Where limits are shared, as <c>host:port</c>; null = they are of this process alone.</param>
    public static async Task<AdminNode> StartAsync(Backend backend, string? adminKey = AdminKey, string? redis = null)
    {
        var test = await TestDatabase.CreateAsync(backend);
        var folder = Directory.CreateTempSubdirectory("gateway-admin-").FullName;
        var catalog = Path.Combine(folder, "catalog.json");
        await File.WriteAllTextAsync(catalog, Catalog);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(
        [
            new(StorageOptions.DataDirectoryKey, test.Options.Postgres is null ? test.Options.DataDirectory : folder),
            new(StorageOptions.PostgresKey, test.Options.Postgres),
            new(AdminOptions.AdminKeyKey, adminKey),
            new("Gateway:CatalogPath", catalog),
            new("ConnectionStrings:Redis", redis),

            // Long, so that a machine under load does not turn a call into an outage.
            new("Gateway:Limits:RedisTimeoutMs", "5000"),
        ]);
        builder.Services.AddSingleton<TimeProvider>(test.Clock);
        builder.Services.AddMetrics().AddSingleton<GatewayMetrics>();
        builder.Services.AddStorage(builder.Configuration).AddKeys().AddFunds(builder.Configuration, static _ => static () => false).AddLedger().AddCatalog(builder.Configuration, static _ => static card => card.Usable[0]);
        builder.Services.AddLimits(builder.Configuration, static _ => static () => RedisDownPolicy.LocalShare).AddAdmin(builder.Configuration);
        builder.Services.AddSingleton(new DeploymentBoard(static () =>
        [
            new DeploymentHealth { Provider = "none", Model = "m", State = DeploymentCondition.Closed, InFlight = 0, ErrorRate = 0 },
        ]));
        var app = builder.Build();
        app.MapAdmin();
        try
        {
            await app.StartAsync();
            return new AdminNode(test, folder, app);
        }
        catch
        {
            await app.DisposeAsync();
            await test.DisposeAsync();
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    public Task<JsonObject> PostAsync(string path, string body, HttpStatusCode expected) => SendAsync(HttpMethod.Post, path, body, expected, AdminKey);

    public Task<JsonObject> PostAsync(string path, string body, HttpStatusCode expected, (string Name, string Value) header) =>
        SendAsync(HttpMethod.Post, path, body, expected, AdminKey, header);

    public Task<JsonObject> GetAsync(string path, HttpStatusCode expected) => SendAsync(HttpMethod.Get, path, null, expected, AdminKey);

    public Task<JsonObject> DeleteAsync(string path, HttpStatusCode expected) => SendAsync(HttpMethod.Delete, path, null, expected, AdminKey);

    public async Task<JsonObject> SendAsync(
        HttpMethod method, string path, string? body, HttpStatusCode expected, string? key, (string Name, string Value)? header = null)
    {
        using var request = new HttpRequestMessage(method, $"/admin/v1{path}");
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        if (key is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        if (header is { } more)
        {
            request.Headers.TryAddWithoutValidation(more.Name, more.Value).ShouldBeTrue();
        }

        using var response = await _client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(expected, text);
        return JsonNode.Parse(text).ShouldBeOfType<JsonObject>();
    }

    /// <summary>The answer as it comes, its body unread.</summary>
    public Task<HttpResponseMessage> GetAsync(string path, string accept, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/admin/v1{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", AdminKey);
        request.Headers.TryAddWithoutValidation("Accept", accept).ShouldBeTrue();
        return _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <summary>An answer to a request as it is, whatever its path.</summary>
    public async Task<(int Status, string Body)> SendAsync(HttpRequestMessage request)
    {
        using (request)
        {
            using var response = await _client.SendAsync(request);
            return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
        }
    }

    /// <summary>An answer to a request with header values that no client would send.</summary>
    public async Task<(int Status, string Body)> SendAsync(Action<HttpContext> prepare)
    {
        var context = await _app.GetTestServer().SendAsync(prepare);
        using var body = new StreamReader(context.Response.Body);
        return (context.Response.StatusCode, await body.ReadToEndAsync());
    }

    public async Task<AdminDescription> DescribeAsync()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/admin/openapi.json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", AdminKey);
        var (status, body) = await SendAsync(request);
        status.ShouldBe(200, body);
        return new AdminDescription(body);
    }

    /// <summary>All rows of all tables, to be compared; but for when keys were last used, which is written at its own times.</summary>
    public async Task<string> DumpAsync()
    {
        var database = Services.GetRequiredService<Database>();
        var listTables = _test.Options.Postgres is null
            ? "select name from sqlite_master where type = 'table' order by name"
            : "select table_name from information_schema.tables where table_schema = 'public' order by table_name";
        var dump = new StringBuilder();
        foreach (var table in await database.ListAsync(listTables, row => row.GetString(0), [], CancellationToken.None))
        {
            var rows = await database.ListAsync($"select * from \"{table}\"", TextOf, [], CancellationToken.None);
            dump.AppendLine(table).AppendJoin('\n', rows.Order(StringComparer.Ordinal)).AppendLine();
        }

        return dump.ToString();
    }

    private static string TextOf(DbDataReader row) => string.Join('|', Enumerable.Range(0, row.FieldCount).Where(i => row.GetName(i) != "last_used_at").Select(i => row.GetValue(i) switch
    {
        byte[] bytes => Convert.ToHexString(bytes),
        var value => Convert.ToString(value, CultureInfo.InvariantCulture),
    }));

    public async Task<string> CreateTenantAsync() => (string)(await PostAsync("/tenants", """{"name":"Acme"}""", HttpStatusCode.Created))["id"]!;

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _test.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
