using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Testing.Redaction;

namespace Gateway.Testing;

/// <summary>The admin API of a running gateway, as far as tests need it to make callers and to read what they were billed.</summary>
public sealed class GatewayAdmin : IDisposable
{
    private static readonly TimeSpan RowTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    private readonly HttpClient _client;

    public GatewayAdmin(Uri gateway, string adminKey)
    {
        _client = new HttpClient { BaseAddress = new Uri(gateway, "admin/v1/") };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", adminKey);
    }

    /// <param name="name">Names need not be unique.</param>
    /// <param name="more">Further fields of the body, as JSON: <c>{"disconnect":"cancel"}</c>.</param>
    /// <param name="cancellationToken">The test's.</param>
    /// <returns>Its id.</returns>
    public async Task<string> CreateTenantAsync(string name, string more, CancellationToken cancellationToken) =>
        Text(await PostAsync("tenants", Named(name, more), cancellationToken), "id");

    /// <inheritdoc cref="CreateTenantAsync"/>
    public async Task<GatewayKey> CreateKeyAsync(string tenant, string name, string more, CancellationToken cancellationToken)
    {
        var made = await PostAsync($"tenants/{tenant}/keys", Named(name, more), cancellationToken);
        var key = new GatewayKey(Text(made, "id"), Text(made, "key"));
        RunEvidence.Current?.Secrets.Issued(key.Secret);
        return key;
    }

    /// <param name="tenant">Whose balance.</param>
    /// <param name="usd">A decimal of US dollars.</param>
    /// <param name="cancellationToken">The test's.</param>
    public Task CreditAsync(string tenant, string usd, CancellationToken cancellationToken) =>
        PostAsync($"tenants/{tenant}/credits", new JsonObject { ["amount"] = usd, ["note"] = "test" }, cancellationToken);

    /// <summary>The balance, what is held of it, and what is left.</summary>
    public Task<JsonNode> BalanceAsync(string tenant, CancellationToken cancellationToken) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, $"tenants/{tenant}/balance"), cancellationToken);

    /// <summary>Which limits bind a key, and how much of each is used.</summary>
    public Task<JsonNode> LimitsAsync(GatewayKey key, CancellationToken cancellationToken) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, $"limits?key={key.Id}"), cancellationToken);

    /// <summary>The rows of a key, newest first.</summary>
    public async Task<IReadOnlyList<JsonNode>> LedgerAsync(GatewayKey key, CancellationToken cancellationToken)
    {
        var page = await SendAsync(new HttpRequestMessage(HttpMethod.Get, $"ledger?key={key.Id}&limit=1000"), cancellationToken);
        return [.. page["data"]!.AsArray().Select(row => row!)];
    }

    /// <summary>Who changed what of a tenant, newest first.</summary>
    public async Task<IReadOnlyList<JsonNode>> AuditAsync(string tenant, CancellationToken cancellationToken)
    {
        var page = await SendAsync(new HttpRequestMessage(HttpMethod.Get, $"audit?tenant={tenant}"), cancellationToken);
        return [.. page["data"]!.AsArray().Select(entry => entry!)];
    }

    /// <summary>The rows of a key once there are <paramref name="count"/>: a row of a client that went is written after it has gone.</summary>
    public async Task<IReadOnlyList<JsonNode>> WaitForRowsAsync(GatewayKey key, int count, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(RowTimeout, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        using var timer = new PeriodicTimer(LookEvery, TimeProvider.System);
        IReadOnlyList<JsonNode> rows;
        while ((rows = await LedgerAsync(key, either.Token)).Count < count)
        {
            await timer.WaitForNextTickAsync(either.Token);
        }

        return rows;
    }

    public void Dispose() => _client.Dispose();

    private static JsonObject Named(string name, string more)
    {
        var body = JsonNode.Parse(more)!.AsObject();
        body["name"] = name;
        return body;
    }

    private static string Text(JsonNode from, string property) =>
        (string?)from[property] ?? throw new InvalidOperationException($"The answer has no '{property}': {from.ToJsonString()}");

    private Task<JsonNode> PostAsync(string path, JsonObject body, CancellationToken cancellationToken) => SendAsync(
        new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") },
        cancellationToken);

    private async Task<JsonNode> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using (request)
        {
            using var answer = await _client.SendAsync(request, cancellationToken);
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            return answer.IsSuccessStatusCode && JsonNode.Parse(text) is { } body
                ? body
                : throw new HttpRequestException($"{request.Method} {request.RequestUri} answered {(int)answer.StatusCode}: {text}");
        }
    }
}
