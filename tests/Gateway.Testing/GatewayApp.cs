using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Gateway.Catalog;
using Gateway.Core.Callers;
using Gateway.Core.Pricing;
using Gateway.Funds;
using Gateway.Images;
using Gateway.Keys;
using Gateway.Ledger;
using Gateway.Simulator;
using Gateway.Storage;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Gateway.Testing;

/// <summary>
/// The whole gateway in this process, on a socket of its own, in front of a simulator on another: its data in a folder that goes with it.
/// Of what it stands on nothing is replaced but, where asked, the clock and the loggers.
/// </summary>
public sealed class GatewayApp : IAsyncDisposable
{
    public const string AdminKey = "admin-key-of-the-tests";

    private static readonly RemoteWorld Unreachable = new(
        _ => Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound)),
        (_, _) => ValueTask.FromException<Stream>(new SocketException((int)SocketError.NetworkUnreachable)),
        null);

    private readonly WebApplicationFactory<Program> _factory;
    private readonly string _folder;

    private GatewayApp(WebApplicationFactory<Program> factory, string folder, SimulatorHost simulator)
    {
        (_factory, _folder, Simulator) = (factory, folder, simulator);
        Address = factory.ClientOptions.BaseAddress;
    }

    public SimulatorHost Simulator { get; }

    public Uri Address { get; }

    /// <summary>All that it listens on, as Kestrel names them, in the order of their endpoints' names.</summary>
    public IReadOnlyList<Uri> Addresses => [.. Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Select(static address => new Uri(address))];

    public IServiceProvider Services => _factory.Services;

    /// <summary>A key without limits of a tenant without limits.</summary>
    public string Key { get; private set; } = "";

    /// <summary>The catalog's file, to be changed by a test.</summary>
    public string CatalogPath => Path.Combine(_folder, "catalog.json");

    public string DatabasePath => Path.Combine(_folder, "data", "gateway.db");

    public static async Task<GatewayApp> StartAsync(GatewayAppOptions? options = null)
    {
        options ??= new GatewayAppOptions();
        var simulator = await SimulatorHost.StartAsync(new SimulatorOptions { ApiKey = TestCatalog.ProviderKey }, CancellationToken.None);
        var folder = Directory.CreateTempSubdirectory("gateway-tests-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "catalog.json"), options.Catalog(simulator.OpenAiBase));

        var factory = new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
        {
            host.UseEnvironment("Testing");
            host.UseSetting("urls", "http://127.0.0.1:0");
            host.UseSetting("Gateway:CatalogPath", Path.Combine(folder, "catalog.json"));
            host.UseSetting("Gateway:DataDirectory", Path.Combine(folder, "data"));
            host.UseSetting("Gateway:AdminKey", AdminKey);
            foreach (var (key, value) in options.Settings)
            {
                host.UseSetting(key, value);
            }

            host.ConfigureServices(services =>
            {
                // Nothing behind a URL, unless a test says otherwise: no test leaves this machine.
                services.Replace(ServiceDescriptor.Singleton(options.World ?? Unreachable));
                if (options.Time is { } time)
                {
                    services.Replace(ServiceDescriptor.Singleton(time));
                }

                options.Services(services);
            });
            host.ConfigureLogging(logging => logging.AddProvider(options.Logs));
        });
        if (options.Settings.Keys.Any(static key => key.StartsWith("Kestrel:Endpoints:", StringComparison.Ordinal)))
        {
            // With a port the fixture would set the configured endpoints aside.
            factory.UseKestrel();
        }
        else
        {
            factory.UseKestrel(0);
        }

        factory.StartServer();

        var app = new GatewayApp(factory, folder, simulator);
        app.Key = await app.IssueKeyAsync();
        return app;
    }

    /// <summary>Takes the catalog as it stands now, without waiting for the next look at it.</summary>
    public void ReloadCatalog() => Services.GetRequiredService<CatalogStore>().CheckFile();

    /// <summary>Makes a tenant and a key of it.</summary>
    public Task<string> IssueKeyAsync(RateLimits? tenantLimits = null, RateLimits? keyLimits = null, params string[] allowedModels) =>
        IssueKeyAsync(DisconnectPolicy.Drain, tenantLimits, keyLimits, allowedModels);

    /// <inheritdoc cref="IssueKeyAsync(RateLimits?, RateLimits?, string[])"/>
    public async Task<string> IssueKeyAsync(
        DisconnectPolicy disconnect, RateLimits? tenantLimits = null, RateLimits? keyLimits = null, params string[] allowedModels)
    {
        var tenant = await Services.GetRequiredService<TenantStore>()
            .CreateAsync(new TenantDraft("test") { Limits = tenantLimits ?? RateLimits.None, Disconnect = disconnect }, Actor.Gateway, CancellationToken.None);
        var issued = await Services.GetRequiredService<KeyStore>().IssueAsync(
            tenant.Id, new KeyDraft("test") { Limits = keyLimits ?? RateLimits.None, AllowedModels = [.. allowedModels] }, Actor.Gateway, CancellationToken.None);
        return issued.Secret;
    }

    /// <summary>Makes a tenant and a key of it, with what money binds them.</summary>
    internal async Task<(TenantId Tenant, string Key)> IssueKeyAsync(TenantDraft tenant, Money? keyBudget = null)
    {
        var made = await Services.GetRequiredService<TenantStore>().CreateAsync(tenant, Actor.Gateway, CancellationToken.None);
        var issued = await Services.GetRequiredService<KeyStore>().IssueAsync(made.Id, new KeyDraft("test") { MonthlyBudget = keyBudget }, Actor.Gateway, CancellationToken.None);
        return (made.Id, issued.Secret);
    }

    internal Task CreditAsync(TenantId tenant, Money amount) =>
        Services.GetRequiredService<FundsStore>().CreditAsync(tenant, amount, "test", null, Actor.Gateway, CancellationToken.None);

    /// <summary>What the books and the rows do not agree on.</summary>
    internal async Task<List<string>> FundsDifferencesAsync()
    {
        var differences = new List<string>();
        await foreach (var difference in new FundsAudit(Services.GetRequiredService<Database>()).DifferencesAsync(CancellationToken.None))
        {
            differences.Add(difference.ToString());
        }

        return differences;
    }

    /// <summary>A client of its own connections; <paramref name="key"/> null = <see cref="Key"/>.</summary>
    public HttpClient Client(string? key = null)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(30) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key ?? Key);
        return client;
    }

    /// <summary>Posts a chat body as it is.</summary>
    public async Task<HttpResponseMessage> ChatAsync(string body, string? key = null, HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead)
    {
        using var client = Client(key);
        return await ChatAsync(client, Encoding.UTF8.GetBytes(body), completion);
    }

    public static Task<HttpResponseMessage> ChatAsync(HttpClient client, byte[] body, HttpCompletionOption completion, CancellationToken cancellationToken = default) =>
        PostAsync(client, "/v1/chat/completions", body, completion, cancellationToken);

    /// <summary>Posts a JSON body as it is.</summary>
    public static Task<HttpResponseMessage> PostAsync(HttpClient client, string path, byte[] body, HttpCompletionOption completion, CancellationToken cancellationToken = default)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return client.SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = content }, completion, cancellationToken);
    }

    /// <summary>Every row of the ledger, newest first.</summary>
    internal async Task<IReadOnlyList<LedgerEntry>> RowsAsync()
    {
        var page = await Services.GetRequiredService<LedgerStore>().ListAsync(new LedgerQuery(null, null, null, null, null, null, LedgerStore.MaxLimit), CancellationToken.None);
        return page.Rows;
    }

    /// <summary>Waits for a row count: a client that left does not see its row being written.</summary>
    internal async Task<IReadOnlyList<LedgerEntry>> RowsAsync(int count, CancellationToken cancellationToken)
    {
        while (true)
        {
            var rows = await RowsAsync();
            if (rows.Count >= count)
            {
                return rows;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _factory.DisposeAsync();
        await Simulator.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
