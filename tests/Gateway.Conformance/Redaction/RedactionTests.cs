using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Conformance.Telemetry;
using Gateway.Testing;
using Gateway.Testing.Otlp;
using Npgsql;
using Shouldly;
using Xunit;

namespace Gateway.Conformance.Redaction;

/// <summary>
/// Marked secrets and content go through a gateway that logs all it can and exports every trace; afterwards everything that it printed, exported, answered to
/// others and stored is searched for them. Excepted is what is kept by contract: uploaded files, and answers for repeats.
/// </summary>
public sealed class RedactionTests
{
    private const string Prompt = "marked-prompt-b41d7c";
    private const string Answer = "marked-answer-93e0fa";
    private const string KeptAnswer = "kept-answer-5c77d2";
    private const string Tool = "marked-tool-0d5e11";
    private const string BadKey = "sk-gw-MarkedBadKeyMarkedBadKeyMarkedBadKeyMarked12";

    private static readonly byte[] Picture = Marked("marked-image-bytes-17ab90");
    private static readonly byte[] Upload = Marked("marked-upload-bytes-c3d8f4");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Secrets_and_content_are_nowhere_with_SQLite() => await RunAsync(null, async (gateway, secrets) =>
    {
        var found = new List<string>();
        foreach (var file in Directory.GetFiles(gateway.Process.DataDirectory, "*", SearchOption.AllDirectories).Where(static file => !IsUploaded(file)))
        {
            found.AddRange(Search(file, await File.ReadAllBytesAsync(file, Ct), secrets));
        }

        found.ShouldBeEmpty();

        // What must be found, or the search finds nothing: an id, and the answer that is kept.
        var database = await File.ReadAllBytesAsync(Path.Combine(gateway.Process.DataDirectory, "gateway.db"), Ct);
        database.AsSpan().IndexOf("ten_"u8).ShouldBeGreaterThan(0);
        database.AsSpan().IndexOf(Encoding.UTF8.GetBytes(KeptAnswer)).ShouldBeGreaterThan(0);
    });

    [Fact]
    public async Task Secrets_and_content_are_nowhere_with_PostgreSQL()
    {
        if (PostgresServer.WhyAbsent() is { } reason)
        {
            Assert.SkipWhen(Environment.GetEnvironmentVariable("GATEWAY_REQUIRE_BACKENDS") != "1", reason);
            Assert.Fail(reason);
        }

        await using var server = await PostgresServer.ConnectOrStartAsync();
        var connection = await server.CreateDatabaseAsync();
        await RunAsync(connection, async (gateway, secrets) =>
        {
            var found = new List<string>();
            foreach (var file in Directory.GetFiles(gateway.Process.DataDirectory, "*", SearchOption.AllDirectories))
            {
                found.AddRange(Search(file, await File.ReadAllBytesAsync(file, Ct), secrets));
            }

            var columns = 0;
            var kept = false;
            await foreach (var (column, value) in ColumnsAsync(connection))
            {
                columns++;
                kept |= column == "idempotency.answer" && value.AsSpan().IndexOf(Encoding.UTF8.GetBytes(KeptAnswer)) >= 0;
                found.AddRange(column == "file_chunks.data" ? [] : Search(column, value, secrets));
            }

            found.ShouldBeEmpty();
            columns.ShouldBeGreaterThan(100);
            kept.ShouldBeTrue();
        });
    }

    private static async Task RunAsync(string? postgres, Func<MeasuredGateway, IReadOnlyDictionary<string, byte[]>, Task> searchStoreAsync)
    {
        var providerKey = $"sk-provider-{Guid.NewGuid():N}";
        await using var collector = await OtlpCollector.StartAsync(grpc: false, Ct);
        var settings = collector.Settings();
        settings["Serilog__MinimumLevel__Default"] = "Verbose";
        foreach (var source in (string[])["Microsoft", "Microsoft.AspNetCore", "Microsoft.Hosting.Lifetime", "Yarp", "System", "Npgsql"])
        {
            settings[$"Serilog__MinimumLevel__Override__{source}"] = "Verbose";
        }

        if (postgres is not null)
        {
            settings["ConnectionStrings__Postgres"] = postgres;
        }

        await using var gateway = await MeasuredGateway.StartAsync(settings, providerKey, Ct);
        var traffic = new Traffic(gateway, providerKey);
        await traffic.RunAsync();

        var secrets = new Dictionary<string, byte[]>
        {
            ["prompt"] = Encoding.UTF8.GetBytes(Prompt),
            ["answer"] = Encoding.UTF8.GetBytes(Answer),
            ["tool"] = Encoding.UTF8.GetBytes(Tool),
            ["bad key"] = Encoding.UTF8.GetBytes(BadKey),
            ["provider key"] = Encoding.UTF8.GetBytes(providerKey),
            ["admin key"] = Encoding.UTF8.GetBytes(gateway.Process.AdminKey),
            ["image"] = Picture[33..],
            ["image in base64"] = Encoding.UTF8.GetBytes(Convert.ToBase64String(Picture)[44..]),
            ["upload"] = Upload[33..],
            ["upload in base64"] = Encoding.UTF8.GetBytes(Convert.ToBase64String(Upload)[44..]),
        };
        foreach (var (name, secret) in traffic.Keys)
        {
            // Its first characters are shown by contract.
            secrets[name] = Encoding.UTF8.GetBytes(secret[20..]);
        }

        // Console, traces and metrics as exported, metrics as scraped, what others were answered.
        await collector.WaitAsync(seen => seen.Spans.Count(static span => span.Kind == OtlpSpan.Server) >= traffic.Requests && seen.Metrics.Contains("gateway.requests"), Ct);
        var (_, scraped) = await gateway.SendAsync(HttpMethod.Get, "metrics", null, null, Ct);
        await gateway.Process.WaitForLineAsync(line => line.Contains(traffic.LastTrace, StringComparison.Ordinal), Ct);
        var printed = gateway.Process.Output;
        printed.ShouldContain("\"level\":\"Debug\"");
        Search("console", Encoding.UTF8.GetBytes(printed), secrets).ShouldBeEmpty();
        collector.Bodies.SelectMany(body => Search("OTLP", body, secrets)).ShouldBeEmpty();
        Search("/metrics", Encoding.UTF8.GetBytes(scraped), secrets).ShouldBeEmpty();
        traffic.Answers.SelectMany(answer => Search(answer.What, Encoding.UTF8.GetBytes(answer.Text), secrets)).ShouldBeEmpty();

        // All that it holds is on disk then.
        (await gateway.Process.StopAsync()).ShouldBe(0);
        await searchStoreAsync(gateway, secrets);
    }

    private static bool IsUploaded(string file) => file.Contains($"{Path.DirectorySeparatorChar}files{Path.DirectorySeparatorChar}", StringComparison.Ordinal);

    private static IEnumerable<string> Search(string where, byte[] bytes, IReadOnlyDictionary<string, byte[]> secrets) =>
        secrets.Where(secret => bytes.AsSpan().IndexOf(secret.Value) >= 0).Select(secret => $"{secret.Key} in {where}");

    /// <summary>A picture whose bytes behind the header are marked.</summary>
    private static byte[] Marked(string mark)
    {
        var picture = Pictures.Png(64, 64, padding: 200);
        Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(mark, 8)))[..150].CopyTo(picture, 40);
        return picture;
    }

    /// <summary>Every value of every column of every table.</summary>
    private static async IAsyncEnumerable<(string Column, byte[] Value)> ColumnsAsync(string connection)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        var tables = new List<string>();
        await using (var list = source.CreateCommand("select table_name from information_schema.tables where table_schema = 'public'"))
        await using (var reader = await list.ExecuteReaderAsync(Ct))
        {
            while (await reader.ReadAsync(Ct))
            {
                tables.Add(reader.GetString(0));
            }
        }

        foreach (var table in tables)
        {
            await using var command = source.CreateCommand($"select * from \"{table}\"");
            await using var reader = await command.ExecuteReaderAsync(Ct);
            while (await reader.ReadAsync(Ct))
            {
                for (var column = 0; column < reader.FieldCount; column++)
                {
                    var value = reader.GetValue(column);
                    yield return ($"{table}.{reader.GetName(column)}", value as byte[] ?? Encoding.UTF8.GetBytes(Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? ""));
                }
            }
        }
    }

    /// <summary>Requests of every kind, each with marked content.</summary>
    private sealed class Traffic(MeasuredGateway gateway, string providerKey)
    {
        private const string Text = $"{Prompt} [[text={Answer}]]";

        /// <summary>Keys that were shown once.</summary>
        public Dictionary<string, string> Keys { get; } = [];

        /// <summary>Errors, and what the admin API answered; not what a caller got for its own prompt.</summary>
        public List<(string What, string Text)> Answers { get; } = [];

        public int Requests { get; private set; }

        public string LastTrace { get; } = Guid.NewGuid().ToString("N");

        public async Task RunAsync()
        {
            var tenant = await gateway.Admin.CreateTenantAsync("redaction", "{}", Ct);
            var key = (await gateway.Admin.CreateKeyAsync(tenant, "test", "{}", Ct)).Secret;
            Keys["key"] = key;
            var url = $"data:image/png;base64,{Convert.ToBase64String(Picture)}";

            await AnsweredAsync(key, MeasuredGateway.Body(MeasuredGateway.Chat, Text));
            await AnsweredAsync(key, MeasuredGateway.Body(MeasuredGateway.Chat, Text, stream: true));
            await AnsweredAsync(key, MeasuredGateway.Body(MeasuredGateway.Flaky, Text));
            await AnsweredAsync(key, MeasuredGateway.ImageBody(MeasuredGateway.Chat, Text, url));
            await AnsweredAsync(key, WithTools(MeasuredGateway.Body(MeasuredGateway.Chat, Text)));
            await AnsweredAsync(key, WithTools(MeasuredGateway.Body(MeasuredGateway.Chat, $"{Prompt} [[tool=1]]")));
            await AnsweredAsync(key, MeasuredGateway.Body(MeasuredGateway.Chat, $"{Prompt} [[text={KeptAnswer}]]"), ("Idempotency-Key", "one"));
            await AnsweredAsync(key, MeasuredGateway.Body(MeasuredGateway.Chat, $"{Prompt} [[text={KeptAnswer}]]"), ("Idempotency-Key", "one"));
            await UploadAsync(key);

            // What the gateway refuses.
            await RefusedAsync("bad JSON", key, $"{{\"model\":\"gpt-4o\",\"messages\":[{{\"role\":\"user\",\"content\":\"{Prompt}\"");
            await RefusedAsync("a wrong type", key, $$"""{"model":"gpt-4o","messages":[{"role":"user","content":"{{Prompt}}"}],"temperature":{"x":"{{Prompt}}"},"n":"{{Prompt}}"}""");
            await RefusedAsync("no picture", key, MeasuredGateway.ImageBody(MeasuredGateway.Chat, Prompt, $"data:image/png;base64,{Convert.ToBase64String(Picture[33..])}"));
            await RefusedAsync("a picture cut short", key, MeasuredGateway.ImageBody(MeasuredGateway.Chat, Prompt, url[..^1] + "!"));
            await RefusedAsync("no such model", key, MeasuredGateway.Body("no-such-model", Prompt));
            await RefusedAsync("a bad key", BadKey, MeasuredGateway.Body(MeasuredGateway.Chat, Prompt));
            await RefusedAsync("a provider's key", providerKey, MeasuredGateway.Body(MeasuredGateway.Chat, Prompt));

            // What the provider refuses, with what it was sent in its words.
            await RefusedAsync("401 of the provider", key, MeasuredGateway.Body(MeasuredGateway.Chat, $"{Prompt} [[status=401;message=Incorrect API key {providerKey}]]"));
            await RefusedAsync("400 of the provider with its key", key, MeasuredGateway.Body(MeasuredGateway.Chat, $"{Prompt} [[status=400;message=Key {providerKey} may not {Prompt}]]"));
            await RefusedAsync("500 of the provider", key, MeasuredGateway.Body(MeasuredGateway.Failing, Prompt));
            await RefusedAsync("500 of the provider that echoes", key, MeasuredGateway.Body(MeasuredGateway.Chat, $"{Prompt} [[status=500;message=Could not complete {Prompt}]]"));
            await RefusedAsync("a page of a proxy", key, MeasuredGateway.Body(MeasuredGateway.Chat, $"{Prompt} [[html;status=502]]"));
            await AnsweredAsync(key, MeasuredGateway.Body(MeasuredGateway.Chat, $"{Text} [[cut=1]]", stream: true));

            // The provider's own words on a request go to the one who made it, and nowhere else.
            (await gateway.ChatAsync(key, MeasuredGateway.Body(MeasuredGateway.Chat, $"{Prompt} [[status=400;code={Prompt}]]"), Ct)).Text.ShouldContain(Prompt);
            Requests++;
            (await gateway.ChatAsync(key, MeasuredGateway.Body(MeasuredGateway.Chat, $"{Prompt} [[status=400;message=May not say {Prompt}]]"), Ct)).Text.ShouldContain(Prompt);
            Requests++;

            await AdministerAsync(tenant, key);
            await gateway.ChatAsync(key, MeasuredGateway.Body(MeasuredGateway.Chat, Text), Ct, ("traceparent", $"00-{LastTrace}-00f067aa0ba902b7-01"));
            Requests++;
        }

        private static string WithTools(string body)
        {
            var chat = JsonNode.Parse(body)!;
            chat["tools"] = JsonNode.Parse("""[{"type":"function","function":{"name":"weather","description":"TOOL","parameters":{"type":"object","properties":{"city":{"type":"string","description":"TOOL"}}}}}]""".Replace("TOOL", Tool, StringComparison.Ordinal));
            return chat.ToJsonString();
        }

        private async Task AnsweredAsync(string key, string body, params (string Name, string Value)[] headers)
        {
            var (status, text) = await gateway.ChatAsync(key, body, Ct, headers);
            status.ShouldBe(200, text);
            Requests++;
        }

        private async Task RefusedAsync(string what, string key, string body)
        {
            var (status, text) = await gateway.ChatAsync(key, body, Ct);
            status.ShouldBeGreaterThanOrEqualTo(400, text);
            Answers.Add((what, text));
            Requests++;
        }

        private async Task UploadAsync(string key)
        {
            using var form = new MultipartFormDataContent();
            var file = new ByteArrayContent(Upload);
            file.Headers.ContentType = new MediaTypeHeaderValue("image/png");
            form.Add(new StringContent("vision"), "purpose");
            form.Add(file, "file", "picture.png");
            var (status, text) = await gateway.SendAsync(HttpMethod.Post, "v1/files", key, form, Ct);
            status.ShouldBe(200, text);
            Answers.Add(("upload", text));
            var id = (string)JsonNode.Parse(text)!["id"]!;
            var (served, _) = await gateway.SendAsync(HttpMethod.Get, $"v1/files/{id}/content", key, null, Ct);
            served.ShouldBe(200);
            Requests += 2;
        }

        private async Task AdministerAsync(string tenant, string key)
        {
            var admin = gateway.Process.AdminKey;
            var made = await SendAsync(HttpMethod.Post, $"admin/v1/tenants/{tenant}/keys", admin, """{"name":"another","role":"admin"}""");
            Keys["another key"] = (string)made["key"]!;
            var rotated = await SendAsync(HttpMethod.Post, $"admin/v1/keys/{(string)made["id"]!}/rotate", admin, "{}");
            Keys["rotated key"] = (string)rotated["key"]!;
            await SendAsync(HttpMethod.Patch, $"admin/v1/tenants/{tenant}", admin, """{"name":"renamed"}""");
            await SendAsync(HttpMethod.Post, $"admin/v1/tenants/{tenant}/credits", admin, """{"amount":"5","note":"test"}""");
            foreach (var path in (string[])["tenants", $"tenants/{tenant}/keys", "ledger", "audit", "providers", $"usage?tenant={tenant}", $"limits?key={(string)made["id"]!}"])
            {
                Answers.Add((path, (await SendAsync(HttpMethod.Get, $"admin/v1/{path}", admin, null)).ToJsonString()));
            }

            foreach (var wrong in (string[])[key, BadKey, providerKey])
            {
                var (status, text) = await gateway.SendAsync(HttpMethod.Get, "admin/v1/audit", wrong, null, Ct);
                status.ShouldBeOneOf(401, 403, 429);
                Answers.Add(("refused administration", text));
                Requests++;
            }
        }

        private async Task<JsonNode> SendAsync(HttpMethod method, string path, string key, string? body)
        {
            var content = body is null ? null : new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
            var (status, text) = await gateway.SendAsync(method, path, key, content, Ct);
            status.ShouldBeInRange(200, 299, text);
            Requests++;
            return JsonNode.Parse(text)!;
        }
    }
}
