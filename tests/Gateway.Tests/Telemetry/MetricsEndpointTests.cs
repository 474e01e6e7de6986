using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Gateway.Core.Callers;
using Gateway.Core.Pricing;
using Gateway.Core.Streaming;
using Gateway.Keys;
using Gateway.Telemetry;
using Gateway.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Telemetry;

/// <summary><c>/metrics</c> of the whole gateway, after requests that ended in every way.</summary>
public sealed class MetricsEndpointTests : IAsyncLifetime
{
    private const int Keys = 10_000;
    private const int Chats = 20;
    private const int LargestScrape = 2 * 1024 * 1024;

    private GatewayApp _app = null!; // Made before each test.

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _app = await GatewayApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Answer_is_counted_by_tenant_model_and_deployment()
    {
        using var answer = await _app.ChatAsync("""{"model":"vision","messages":[{"role":"user","content":"[[prompt_tokens=100;completion_tokens=20]]hi"}]}""");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Ct));

        var scrape = await ScrapeAsync(1);

        var tenant = (await _app.RowsAsync())[0].TenantId.Value;
        (string, string)[] model =
            [("gen_ai_operation_name", "chat"), ("gen_ai_provider_name", "sim"), ("gen_ai_request_model", "gpt-4o"), ("gen_ai_response_model", "gpt-4o-upstream")];
        scrape.Sum("gateway_requests_total", ("gateway_tenant", tenant), ("gateway_outcome", "completed"), ("http_response_status_code", "200")).ShouldBe(1);
        scrape.Sum("gateway_tokens_total", ("gateway_tenant", tenant), ("gen_ai_token_type", "input")).ShouldBe(100);
        scrape.Sum("gateway_tokens_total", ("gateway_tenant", tenant), ("gen_ai_token_type", "output")).ShouldBe(20);
        scrape.Sum("gateway_cost_usd_total", ("gateway_tenant", tenant), ("gen_ai_request_model", "gpt-4o")).ShouldBe(0.00045, 1e-12);
        scrape.Sum("gen_ai_client_token_usage_sum", [.. model, ("gen_ai_token_type", "input")]).ShouldBe(100);
        scrape.Sum("gen_ai_client_operation_duration_seconds_count", model).ShouldBe(1);
        scrape.Sum("gen_ai_server_request_duration_seconds_count", model).ShouldBe(1);
        scrape.Sum("gen_ai_server_time_to_first_token_seconds_count", model).ShouldBe(1);
        scrape.Sum("gateway_overhead_duration_seconds_count", ("gen_ai_operation_name", "chat")).ShouldBe(1);
        scrape.Sum("gateway_ledger_commit_duration_seconds_count").ShouldBe(1);
        scrape.Sum("gateway_deployment_attempts_total", ("gateway_deployment_verdict", "served")).ShouldBe(1);
        scrape.Sum("http_server_request_duration_seconds_count", ("http_route", "/v1/chat/completions")).ShouldBe(1);
        scrape.Sum("dotnet_gc_heap_total_allocated_bytes_total").ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Time_of_the_provider_is_not_the_gateways_own()
    {
        using var answer = await _app.ChatAsync("""{"model":"gpt-4o","messages":[{"role":"user","content":"[[first_byte=400ms]]hi"}]}""");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);

        var scrape = await ScrapeAsync(1);

        var whole = scrape.Sum("gen_ai_server_request_duration_seconds_sum");
        var own = scrape.Sum("gateway_overhead_duration_seconds_sum");
        (whole - own).ShouldBeGreaterThanOrEqualTo(0.39);
        own.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Stream_that_breaks_off_and_a_deployment_that_fails_are_errors_of_their_kind()
    {
        using var broken = await _app.ChatAsync("""{"model":"gpt-4o","stream":true,"messages":[{"role":"user","content":"[[tokens=20;cut=3]]hi"}]}""");
        using var failed = await _app.ChatAsync("""{"model":"gpt-4o","messages":[{"role":"user","content":"[[status=400;code=secret_code_of_the_provider]]hi"}]}""");
        using var unreachable = await _app.ChatAsync("""{"model":"unreachable","messages":[{"role":"user","content":"hi"}]}""");

        var scrape = await ScrapeAsync(3);

        scrape.Sum("gen_ai_server_request_duration_seconds_count", ("gen_ai_request_model", "gpt-4o"), ("error_type", "upstream_failed")).ShouldBe(2);
        scrape.Sum("gen_ai_client_operation_duration_seconds_count", ("error_type", "broken_off")).ShouldBe(1);
        scrape.Sum("gen_ai_client_operation_duration_seconds_count", ("error_type", "request_refused")).ShouldBe(1);
        scrape.Sum("gateway_requests_total", ("gateway_outcome", "upstream_failed")).ShouldBe(3);
        scrape.Text.ShouldNotContain("secret_code_of_the_provider");
    }

    [Fact]
    public async Task Refusal_names_the_limit_and_what_was_asked_for_leaves_no_label()
    {
        var limited = await _app.IssueKeyAsync(tenantLimits: RateLimits.None with { RequestsPerMinute = 1 });
        using var admitted = await _app.ChatAsync("""{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}""", limited);
        using var refused = await _app.ChatAsync("""{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}""", limited);
        var spent = await _app.IssueKeyAsync(new Gateway.Keys.TenantDraft("poor") { Mode = BillingMode.Prepaid });
        using var unpaid = await _app.ChatAsync("""{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}""", spent.Key);
        using var unknown = await _app.ChatAsync("""{"model":"label-that-a-client-made-up","messages":[{"role":"user","content":"hi"}]}""");
        using var stranger = await _app.ChatAsync("{}", "sk-gw-nobody");
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        unpaid.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);

        var scrape = await ScrapeAsync(5);

        scrape.Sum("gateway_limit_refusals_total", ("gateway_limit_scope", "tenant"), ("gateway_limit_kind", "requests")).ShouldBe(1);
        scrape.Sum("gateway_limit_refusals_total", ("gateway_limit_scope", "tenant"), ("gateway_limit_kind", "balance")).ShouldBe(1);
        scrape.Sum("gateway_limit_refusals_total").ShouldBe(2);
        scrape.Sum("gateway_requests_total", ("gateway_outcome", "refused"), ("http_response_status_code", "429")).ShouldBe(2);
        scrape.Of("gateway_requests_total", ("http_response_status_code", "401")).ShouldHaveSingleItem().Labels.Keys.ShouldNotContain("gateway_tenant");
        scrape.Text.ShouldNotContain("label-that-a-client-made-up");
    }

    [Fact]
    public async Task Images_are_counted_as_billed_and_compared_with_the_count()
    {
        using var answer = await _app.ChatAsync(
            $$"""{"model":"gpt-4o","messages":[{"role":"user","content":[{"type":"text","text":"[[prompt_tokens=900;image_tokens=850]]"},{"type":"image_url","image_url":{"url":"{{Pictures.PngUrl(512, 512)}}"} }]}]}""");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Ct));

        var scrape = await ScrapeAsync(1);

        scrape.Sum("gateway_image_tokens_total", ("gen_ai_request_model", "gpt-4o"), ("gen_ai_response_model", "gpt-4o-upstream")).ShouldBe(850);
        scrape.Sum("gateway_image_estimate_ratio_sum").ShouldBe(850 / 255d, 1e-9);
    }

    [Fact]
    public async Task Refused_catalog_is_counted()
    {
        var sound = await File.ReadAllTextAsync(_app.CatalogPath, Ct);
        await File.WriteAllTextAsync(_app.CatalogPath, "{ nothing", Ct);
        _app.ReloadCatalog();
        await File.WriteAllTextAsync(_app.CatalogPath, sound + "\n", Ct);
        _app.ReloadCatalog();

        var scrape = await ScrapeAsync(0);

        // The store's own look each second may come first, but not twice.
        scrape.Sum("gateway_catalog_reloads_total", ("gateway_catalog_result", "refused")).ShouldBe(1);
        scrape.Sum("gateway_catalog_reloads_total", ("gateway_catalog_result", "taken")).ShouldBe(1);
    }

    [Fact]
    public async Task Ten_thousand_keys_of_as_many_tenants_leave_a_bounded_scrape_whose_sum_is_exact()
    {
        var keys = await IssueAsync(Keys);
        var answered = 0;
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = _app.Address };
        await Parallel.ForEachAsync(keys.Index(), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Ct }, async (key, ct) =>
        {
            // Now and then a chat, and what is refused and fails; a list of models else.
            var (model, stream) = key.Index % 3 == 0 ? ("no-such-model", false) : key.Index % 7 == 0 ? ("unreachable", false) : ("gpt-4o", key.Index % 2 == 0);
            using var request = key.Index % Chats == 0
                ? new HttpRequestMessage(HttpMethod.Post, "v1/chat/completions") { Content = new StringContent(ChatBody.Text("hi", model, stream), Encoding.UTF8, "application/json") }
                : new HttpRequestMessage(HttpMethod.Get, "v1/models/gpt-4o");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key.Item);
            using var answer = await client.SendAsync(request, ct);
            await answer.Content.CopyToAsync(Stream.Null, ct);
            answer.StatusCode.ShouldNotBe(HttpStatusCode.Unauthorized);
            Interlocked.Increment(ref answered);
        });

        var scrape = await ScrapeAsync(Keys);

        answered.ShouldBe(Keys);
        scrape.Text.Length.ShouldBeLessThan(LargestScrape);
        scrape.Sum("gateway_requests_total").ShouldBe(Keys);
        scrape.Sum("gateway_requests_total", ("gateway_tenant", TenantTraffic.Other)).ShouldBeGreaterThan(Keys / 2);
        scrape.Of("gateway_requests_total").Select(sample => sample.Labels["gateway_tenant"]).Distinct().Count().ShouldBe(TenantTraffic.MostNamed + 1);
        scrape.Sum("gateway_requests_total", ("gateway_outcome", "upstream_failed")).ShouldBeGreaterThan(0);
        scrape.Sum("gateway_tokens_total").ShouldBeGreaterThan(0);
    }

    /// <summary>As many keys, each of a tenant of its own, written at once: one transaction each would be most of the test's time.</summary>
    private async Task<IReadOnlyList<string>> IssueAsync(int count)
    {
        var keys = Enumerable.Range(0, count).Select(static _ => ApiKey.Generate()).ToList();
        await using var connection = new SqliteConnection($"Data Source={_app.DatabasePath};Default Timeout=60");
        await connection.OpenAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        foreach (var (i, key) in keys.Index())
        {
            await using var command = connection.CreateCommand();
            command.CommandText =
                "insert into tenants (id, name, disconnect, created_at) values (@tenant, 'one of many', 'drain', 0);"
                + "insert into api_keys (id, tenant_id, name, hash, prefix, created_at) values (@id, @tenant, 'its key', @hash, @prefix, 0)";
            command.Parameters.AddWithValue("@tenant", $"ten_{i:x32}");
            command.Parameters.AddWithValue("@id", $"key_{i:x32}");
            command.Parameters.AddWithValue("@hash", SHA256.HashData(Encoding.ASCII.GetBytes(key)));
            command.Parameters.AddWithValue("@prefix", ApiKey.PrefixOf(key));
            await command.ExecuteNonQueryAsync(Ct);
        }

        await transaction.CommitAsync(Ct);
        return keys;
    }

    /// <summary>A scrape once that many requests are counted: the client has its answer a moment before.</summary>
    private async Task<Scrape> ScrapeAsync(int requests)
    {
        while (true)
        {
            var scrape = await ScrapeAsync();
            if (scrape.Sum("gateway_requests_total") >= requests)
            {
                return scrape;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Ct);
        }
    }

    private async Task<Scrape> ScrapeAsync()
    {
        using var client = new HttpClient();
        using var answer = await client.GetAsync(new Uri(_app.Address, "metrics"), Ct);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.ToString().ShouldBe("text/plain; version=0.0.4; charset=utf-8");
        return Scrape.Parse(await answer.Content.ReadAsStringAsync(Ct));
    }
}
