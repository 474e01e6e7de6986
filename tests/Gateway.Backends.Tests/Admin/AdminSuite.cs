using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Admin;
using Gateway.Backends.Tests.Ledger;
using Gateway.Backends.Tests.Storage;
using Gateway.Core.Callers;
using Gateway.Core.Pricing;
using Gateway.Keys;
using Gateway.Ledger;
using Gateway.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Admin;

public abstract class AdminSuite(Backend backend)
{
    [Fact]
    public async Task Tenant_is_made_read_and_listed()
    {
        await using var node = await AdminNode.StartAsync(backend);
        var created = await node.PostAsync(
            "/tenants",
            """{"name":"Ünïted","tier":"tier-1","mode":"postpaid","disconnect":"cancel","limits":{"requests_per_minute":300,"concurrent_requests":1000000,"models":{"gpt-4o":{"tokens_per_minute":5,"concurrent_requests":2}}},"monthly_budget":null}""",
            HttpStatusCode.Created);

        ((string)created["id"]!).ShouldMatch("^ten_[0-9a-f]{32}$");
        created["object"]!.ToString().ShouldBe("tenant");
        created["name"]!.ToString().ShouldBe("Ünïted");
        created["tier"]!.ToString().ShouldBe("tier-1");
        created["mode"]!.ToString().ShouldBe("postpaid");
        created["disconnect"]!.ToString().ShouldBe("cancel");
        ((long)created["limits"]!["concurrent_requests"]!).ShouldBe(1_000_000);
        ((long)created["limits"]!["models"]!["gpt-4o"]!["tokens_per_minute"]!).ShouldBe(5);
        ((long)created["limits"]!["models"]!["gpt-4o"]!["concurrent_requests"]!).ShouldBe(2);

        var read = await node.GetAsync($"/tenants/{created["id"]}", HttpStatusCode.OK);
        WithoutTime(read).ShouldBe(WithoutTime(created));
        var listed = await node.GetAsync("/tenants", HttpStatusCode.OK);
        listed["data"]!.AsArray().Select(tenant => (string)tenant!["id"]!).ShouldBe([(string)created["id"]!]);
        ((bool)listed["has_more"]!).ShouldBeFalse();
        listed["next_cursor"].ShouldBeNull();
    }

    [Fact]
    public async Task Key_is_shown_once_works_and_ends_when_deleted()
    {
        await using var node = await AdminNode.StartAsync(backend);
        var tenant = await node.CreateTenantAsync();
        var created = await node.PostAsync(
            $"/tenants/{tenant}/keys",
            """{"name":"ci","allowed_models":["gpt-4*"],"expires_at":"2100-01-01T00:00:00Z","role":"member","limits":{"tokens_per_minute":15000}}""",
            HttpStatusCode.Created);
        var secret = (string)created["key"]!;
        var id = (string)created["id"]!;
        var authenticator = node.Services.GetRequiredService<KeyAuthenticator>();

        (await authenticator.AuthenticateAsync($"Bearer {secret}", null, CancellationToken.None)).TryGet(out var caller, out _).ShouldBeTrue();
        caller!.Key.Value.ShouldBe(id);
        caller.KeyLimits.TokensPerMinute.ShouldBe(15_000);
        created["prefix"]!.ToString().ShouldBe(secret[..10] + "...");
        created["expires_at"]!.ToString().ShouldBe("2100-01-01T00:00:00+00:00");

        var listed = await node.GetAsync($"/tenants/{tenant}/keys", HttpStatusCode.OK);
        listed["data"]![0]!["id"]!.ToString().ShouldBe(id);
        listed.ToJsonString().ShouldNotContain(secret);
        listed["data"]![0]!.AsObject().ContainsKey("key").ShouldBeFalse();

        var deleted = await node.DeleteAsync($"/keys/{id}", HttpStatusCode.OK);
        deleted["revoked_at"].ShouldNotBeNull();
        (await authenticator.AuthenticateAsync($"Bearer {secret}", null, CancellationToken.None)).Error!.Code.ShouldBe("invalid_api_key");
        await node.DeleteAsync($"/keys/{id}", HttpStatusCode.OK);
    }

    [Fact]
    public async Task Ledger_is_read_page_by_page_with_amounts_as_integers()
    {
        await using var node = await AdminNode.StartAsync(backend);
        var tenant = await node.CreateTenantAsync();
        var key = (string)(await node.PostAsync($"/tenants/{tenant}/keys", """{"name":"ci"}""", HttpStatusCode.Created))["id"]!;
        var writer = node.Services.GetRequiredService<LedgerWriter>();
        for (var i = 0; i < 5; i++)
        {
            await writer.CommitAsync(
                LedgerEntries.At(LedgerEntries.Begin.AddDays(i)) with { TenantId = new TenantId(tenant), KeyId = new KeyId(key), Tags = i == 4 ? "\0" : null },
                CancellationToken.None);
            await writer.CommitAsync(LedgerEntries.At(LedgerEntries.Begin.AddDays(i)), CancellationToken.None);
        }

        var first = await node.GetAsync($"/ledger?key={key}&limit=3", HttpStatusCode.OK);
        ((bool)first["has_more"]!).ShouldBeTrue();
        var second = await node.GetAsync($"/ledger?key={key}&limit=3&cursor={first["next_cursor"]}", HttpStatusCode.OK);
        ((bool)second["has_more"]!).ShouldBeFalse();
        var rows = first["data"]!.AsArray().Concat(second["data"]!.AsArray()).ToArray();
        rows.Select(row => (string)row!["at"]!).ShouldBe(Enumerable.Range(1, 5).Reverse().Select(day => $"2026-01-0{day}T00:00:00+00:00"));
        rows.ShouldAllBe(row => (string)row!["tenant_id"]! == tenant);

        var newest = rows[0]!.AsObject();
        ((long)newest["amount_nano_usd"]!).ShouldBe(5_667_500);
        ((long)newest["list_amount_nano_usd"]!).ShouldBe(7_000_000);
        newest["price"]!["input"]!.ToString().ShouldBe("2.50");
        newest["outcome"]!.ToString().ShouldBe("completed");
        newest["usage_source"]!.ToString().ShouldBe("provider");
        newest["tags"]!.ToString().ShouldBe("\ufffd");
        newest.Select(field => field.Key).ShouldBe(ContractFields);

        var span = await node.GetAsync($"/ledger?tenant={tenant}&from=2026-01-02&to=2026-01-04T00:00:00Z&model=gpt-4o", HttpStatusCode.OK);
        span["data"]!.AsArray().Count.ShouldBe(2);
        (await node.GetAsync($"/ledger?key={key}%27%20or%201=1--", HttpStatusCode.OK))["data"]!.AsArray().ShouldBeEmpty();
        (await node.GetAsync("/ledger", HttpStatusCode.OK))["data"]!.AsArray().Count.ShouldBe(10);
    }

    [Fact]
    public async Task Usage_is_read_page_by_page_with_amounts_as_decimals()
    {
        await using var node = await AdminNode.StartAsync(backend);
        var writer = node.Services.GetRequiredService<LedgerWriter>();
        var rows = new RandomRows(seed: 21).Next(200);
        await Task.WhenAll(rows.Select(row => writer.CommitAsync(row, CancellationToken.None).AsTask()));

        var pages = new List<JsonNode>();
        var cursor = "";
        do
        {
            var page = await node.GetAsync($"/usage?group_by=model,day&from=2026-01-30&to=2026-02-01&limit=4{cursor}", HttpStatusCode.OK);
            page["object"]!.ToString().ShouldBe("list");
            pages.AddRange(page["data"]!.AsArray().Select(row => row!.DeepClone()));
            cursor = (bool)page["has_more"]! ? $"&cursor={page["next_cursor"]}" : "";
        }
        while (cursor != "");

        pages.Select(row => $"{row["day"]} {row["model"]}").ShouldBe(
            ((string[])["2026-01-30", "2026-01-31"]).SelectMany(day => ((string[])["\"odd\", näme", "gpt-4-v", "gpt-4o"]).Select(model => $"{day} {model}")));
        pages[2].AsObject().Select(field => field.Key).ShouldBe(
            ["day", "model", "requests", "prompt_tokens", "cached_tokens", "image_tokens", "completion_tokens", "reasoning_tokens", "images", "amount", "list_amount"]);
        var first = rows.Where(row => row.At < RandomRows.Begin.AddDays(1) && row.Model == "gpt-4o").ToArray();
        ((long)pages[2]["requests"]!).ShouldBe(first.Length);
        ((long)pages[2]["prompt_tokens"]!).ShouldBe(first.Sum(row => row.PromptTokens));
        ((string)pages[2]["amount"]!).ShouldBe(new Money(first.Sum(row => row.Amount.NanoUsd)).ToString());
        ((string)pages[2]["list_amount"]!).ShouldBe(new Money(first.Sum(row => row.ListAmount.NanoUsd)).ToString());

        var all = await node.GetAsync("/usage", HttpStatusCode.OK);
        var sum = all["data"]!.AsArray().ShouldHaveSingleItem()!;
        ((long)sum["requests"]!).ShouldBe(200);
        sum.AsObject().ContainsKey("tenant_id").ShouldBeFalse();
        var own = await node.GetAsync($"/usage?group_by=tenant,key&key={rows[0].KeyId.Value}&tenant={rows[0].TenantId.Value}&model=gpt-4o", HttpStatusCode.OK);
        own["data"]!.AsArray().ShouldHaveSingleItem()!["key_id"]!.ToString().ShouldBe(rows[0].KeyId.Value);
    }

    [Fact]
    public async Task Csv_holds_every_row_of_the_filter_over_all_pages()
    {
        await using var node = await AdminNode.StartAsync(backend);
        var writer = node.Services.GetRequiredService<LedgerWriter>();
        var rows = new RandomRows(seed: 22).Next((LedgerCsv.PageRows * 2) + 30)
            .Select((row, i) => row with { EndUser = i % 2 == 0 ? "=1+1,\"x\"" : $"\U0001F600{new string('ü', i % 300)}\r\n", Tags = i % 3 == 0 ? null : row.Tags })
            .OrderByDescending(row => row.RequestId, StringComparer.Ordinal)
            .ToArray();
        await Task.WhenAll(rows.Select(row => writer.CommitAsync(row, CancellationToken.None).AsTask()));

        using var response = await node.GetAsync("/ledger?model=gpt-4o&from=2026-01-30", "text/csv, application/json;q=0.5", CancellationToken.None);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.ToString().ShouldBe("text/csv; charset=utf-8; header=present");
        response.Headers.Vary.ShouldBe(["Accept"]);
        var records = Parse(await response.Content.ReadAsStringAsync());
        records[0].ShouldBe(ContractFields);
        var expected = rows.Where(row => row.Model == "gpt-4o").ToArray();
        records.Skip(1).Select(record => record[0]).ShouldBe(expected.Select(row => row.RequestId));
        foreach (var (record, row) in records.Skip(1).Zip(expected))
        {
            record.Length.ShouldBe(ContractFields.Length);
            DateTimeOffset.Parse(record[1], CultureInfo.InvariantCulture).ShouldBe(row.At);
            record[25].ShouldBe(row.EndUser!.StartsWith('=') ? "'" + row.EndUser : row.EndUser);
            record[26].ShouldBe(row.Tags ?? "");
            record[28].ShouldBe(row.Price);
            record[29].ShouldBe(row.Amount.NanoUsd.ToString(CultureInfo.InvariantCulture));
            record[33].ShouldBe(row.TraceId);
        }

        // From behind a row on, as after a download that broke off.
        using var rest = await node.GetAsync($"/ledger?model=gpt-4o&cursor={expected[^3].RequestId}", "text/csv", CancellationToken.None);
        Parse(await rest.Content.ReadAsStringAsync()).Skip(1).Select(record => record[0]).ShouldBe(expected[^2..].Select(row => row.RequestId));
    }

    [Theory]
    [InlineData("text/csv", "text/csv")]
    [InlineData("application/json, text/csv;q=0.9", "application/json")]
    [InlineData("text/csv, application/json", "application/json")]
    [InlineData("text/csv;q=0, */*", "application/json")]
    [InlineData("*/*", "application/json")]
    [InlineData("text/*", "application/json")]
    [InlineData("text/csv;q=0.5, */*;q=0.1", "text/csv")]
    [InlineData("nonsense;;,", "application/json")]
    public async Task Csv_is_for_those_who_name_it_and_like_it_better(string accept, string type)
    {
        await using var node = await AdminNode.StartAsync(backend);

        using var response = await node.GetAsync("/ledger", accept, CancellationToken.None);

        response.Content.Headers.ContentType!.MediaType.ShouldBe(type);
        response.Headers.Vary.ShouldBe(["Accept"]);
    }

    [Fact]
    public async Task Client_that_goes_ends_the_reading_of_a_download()
    {
        await using var test = await TestDatabase.CreateMigratedAsync(backend);
        var database = test.Open();
        using (var writer = new LedgerWriter(database, LedgerRegistration.SinkFor(database), TimeProvider.System, NullLogger<LedgerWriter>.Instance))
        {
            await writer.StartAsync(CancellationToken.None);
            await Task.WhenAll(new RandomRows(seed: 23).Next(LedgerCsv.PageRows * 8).Select(row => writer.CommitAsync(row, CancellationToken.None).AsTask()));
            await writer.StopAsync(CancellationToken.None);
        }

        // A pipe that nobody reads holds back the writing after some lines; then its reader goes.
        var source = new CountingDataSource(database.Source);
        var ledger = new LedgerStore(new Database(source, database.Dialect, test.Clock));
        var query = new LedgerQuery(null, null, null, null, null, null, LedgerCsv.PageRows);
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 64 * 1024));
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(pipe.Writer.AsStream()));
        using var gone = new CancellationTokenSource();
        context.RequestAborted = gone.Token;

        var sending = new LedgerCsv(ledger, query, await ledger.ListAsync(query, CancellationToken.None)).ExecuteAsync(context);
        await pipe.Reader.ReadAtLeastAsync(64 * 1024);
        var readSoFar = source.Opened;
        readSoFar.ShouldBeLessThan(4);
        await gone.CancelAsync();

        await sending;
        source.Opened.ShouldBe(readSoFar);
    }

    [Fact]
    public async Task Tenants_are_paged()
    {
        await using var node = await AdminNode.StartAsync(backend);
        var made = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            made.Add(await node.CreateTenantAsync());
        }

        var first = await node.GetAsync("/tenants?limit=3", HttpStatusCode.OK);
        ((bool)first["has_more"]!).ShouldBeTrue();
        var second = await node.GetAsync($"/tenants?limit=3&cursor={first["next_cursor"]}", HttpStatusCode.OK);
        first["data"]!.AsArray().Concat(second["data"]!.AsArray()).Select(tenant => (string)tenant!["id"]!).ShouldBe(made, ignoreOrder: true);
    }

    [Fact]
    public async Task What_is_not_there_is_404()
    {
        await using var node = await AdminNode.StartAsync(backend);

        (await node.GetAsync("/tenants/ten_none", HttpStatusCode.NotFound))["error"]!["code"]!.ToString().ShouldBe("not_found");
        await node.PostAsync("/tenants/ten_none/keys", """{"name":"ci"}""", HttpStatusCode.NotFound);
        await node.GetAsync("/tenants/ten_none/keys", HttpStatusCode.NotFound);
        await node.DeleteAsync("/keys/key_none", HttpStatusCode.NotFound);
    }

    private static readonly string[] ContractFields =
    [
        "request_id", "at", "tenant_id", "key_id", "endpoint", "model", "provider", "upstream_model", "stream", "status", "outcome",
        "prompt_tokens", "cached_tokens", "image_tokens", "image_tokens_estimated", "audio_input_tokens", "cache_write_tokens", "completion_tokens",
        "reasoning_tokens", "audio_output_tokens", "image_output_tokens", "images", "output_images", "seconds", "characters", "end_user", "tags",
        "usage_source", "price", "amount_nano_usd", "list_amount_nano_usd", "latency_ms", "first_token_ms", "trace_id",
        "prepaid", "reverses", "note",
    ];

    /// <summary>Records of RFC 4180, by its grammar.</summary>
    private static List<string[]> Parse(string csv)
    {
        var records = new List<string[]>();
        var cells = new List<string>();
        for (var at = 0; at < csv.Length;)
        {
            var quoted = csv[at] == '"';
            var cell = new StringBuilder();
            if (quoted)
            {
                for (at++; csv[at] != '"' || (at + 1 < csv.Length && csv[at + 1] == '"'); at++)
                {
                    at += csv[at] == '"' ? 1 : 0;
                    cell.Append(csv[at]);
                }

                at++;
            }
            else
            {
                for (; csv[at] is not (',' or '\r'); at++)
                {
                    cell.Append(csv[at]);
                }
            }

            cells.Add(cell.ToString());
            if (csv[at] == ',')
            {
                at++;
                continue;
            }

            csv.AsSpan(at).StartsWith("\r\n").ShouldBeTrue();
            at += 2;
            records.Add([.. cells]);
            cells.Clear();
        }

        cells.ShouldBeEmpty();
        return records;
    }

    // The answer to the making has the clock's ticks, the stored row its microseconds.
    private static string WithoutTime(JsonObject tenant)
    {
        var copy = tenant.DeepClone().AsObject();
        copy.Remove("created_at");
        return copy.ToJsonString();
    }
}
