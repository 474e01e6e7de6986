using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Admin;
using Gateway.Backends.Tests.Ledger;
using Gateway.Backends.Tests.Storage;
using Gateway.Core.Callers;
using Gateway.Ledger;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Admin;

/// <summary>What nobody should send, for every field, parameter and id of the OpenAPI document: refused by a 4xx, and no row of any table changed.</summary>
public abstract class AdminHostileSuite(Backend backend)
{
    private const string Mark = "@@";

    private static readonly string Deep = new string('[', 2000) + new string(']', 2000);

    // Wrong wherever a form is asked for: an amount, a time, a length of time, a word of a list.
    private static readonly string[] Formless =
    [
        "x' or '1'='1", "'; drop table tenants; --", "１２", "٥", "оwner", "1e999", "-99999999999999999999", "9999999999999999999999999", "0x10", "+1", " 1", "1 ", "1,5", "NaN",
        "Infinity", "10000-01-01", "0000-00-00", "2026-02-30", "2026-13-45T99:99:99Z", "0001-01-01", "-1h", "99999999999h", "999999999h", "1\u200b", "\ufeff1", "%00", "${jndi:x}",
    ];

    // NUL is not among them: the server refuses a path that has it.
    private static readonly string[] Ids =
    [
        "%27%20or%20%271%27%3D%271", "%27%3B%20drop%20table%20tenants%3B%20--", "ten_%EF%BC%90", "%D0%B0", "..%2F..%2Fetc", "%ED%A0%80", "%C0%AF", "%0D%0AX-Evil%3A%201",
        "%25", "*", "_", "null", "-1", "0", new('a', 5000),
    ];

    [Fact]
    public async Task Hostile_value_in_any_field_of_any_body_is_refused_and_changes_nothing()
    {
        await using var node = await AdminNode.StartAsync(backend);
        var (document, target) = (await node.DescribeAsync(), await MakeTargetAsync(node));
        var (wrongs, sent) = (new List<string>(), 0);

        foreach (var (name, method, path, said) in document.Operations)
        {
            if (AdminDescription.BodyOf(said) is not { } body)
            {
                continue;
            }

            var example = body["example"]!.AsObject();
            foreach (var (field, schema) in FieldsOf(document, document.Resolve(body["schema"]!), []))
            {
                var before = await node.DumpAsync();
                foreach (var hostile in HostileTo(schema))
                {
                    var json = With(example, field).ToJsonString().Replace($"\"{Mark}\"", hostile, StringComparison.Ordinal);
                    var (status, answer) = await node.SendAsync(RequestFor(method, target.In(path), json));
                    sent++;
                    if (status is < 400 or >= 500 || document.Wrongs(said, status, answer).Any())
                    {
                        wrongs.Add($"{name} {string.Join('.', field)} = {Short(hostile)}: {status} {Short(answer)}");
                    }
                }

                if (await node.DumpAsync() != before)
                {
                    wrongs.Add($"{name} {string.Join('.', field)}: something was changed");
                }
            }
        }

        wrongs.ShouldBeEmpty();
        sent.ShouldBeGreaterThan(500);
    }

    [Fact]
    public async Task Body_that_is_no_plain_object_is_refused_and_changes_nothing()
    {
        await using var node = await AdminNode.StartAsync(backend);
        var (document, target) = (await node.DescribeAsync(), await MakeTargetAsync(node));
        var before = await node.DumpAsync();
        var wrongs = new List<string>();

        foreach (var (name, method, path, said) in document.Operations)
        {
            if (AdminDescription.BodyOf(said)?["example"] is not JsonObject example)
            {
                continue;
            }

            var fields = example.ToJsonString().Trim('{', '}');
            var (first, value) = example.First();
            string[] bodies =
            [
                "[]", "null", "1", "\"{}\"", "{", "{}{}", "{,}", "[{}]", Deep, $"{{{fields},}}", $"{{{fields}}}x", $"/**/{{{fields}}}", $"{{{fields},\"{first}\":{value!.ToJsonString()}}}",
                $"{{{fields},\"\\u{(int)first[0]:x4}{first[1..]}\":{value!.ToJsonString()}}}", $"{{{fields},\"__proto__\":{{}}}}", $"{{{fields},\"{char.ToUpperInvariant(first[0])}{first[1..]}\":1}}",
                $"{{{fields},\"\\ud800\":1}}", $"{{{fields},\"id\":\"{target.Tenant}\"}}", $"{{{fields},\"deep\":{Deep}}}", $"{{{fields},\"long\":\"{new string('a', AdminBody.MaxBytes)}\"}}", "{\"\0\":1}",
            ];
            foreach (var json in bodies)
            {
                var (status, answer) = await node.SendAsync(RequestFor(method, target.In(path), json));
                if (status is < 400 or >= 500 || document.Wrongs(said, status, answer).Any())
                {
                    wrongs.Add($"{name} {Short(json)}: {status} {Short(answer)}");
                }
            }
        }

        wrongs.ShouldBeEmpty();
        (await node.DumpAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Hostile_id_in_any_path_is_not_found_and_changes_nothing()
    {
        await using var node = await AdminNode.StartAsync(backend);
        var (document, target) = (await node.DescribeAsync(), await MakeTargetAsync(node));
        var before = await node.DumpAsync();
        var wrongs = new List<string>();

        foreach (var (name, method, path, said) in document.Operations.Where(operation => operation.Path.Contains('{')))
        {
            var json = AdminDescription.BodyOf(said)?["example"]!.ToJsonString();
            foreach (var id in (string[])[.. Ids, $"{target.Tenant}%0A", $"{target.Key}%20", $"{target.Key.ToUpperInvariant()}"])
            {
                var (status, answer) = await node.SendAsync(RequestFor(method, path.Replace(path[path.IndexOf('{')..(path.IndexOf('}') + 1)], id, StringComparison.Ordinal), json));
                if (status is not (400 or 404))
                {
                    wrongs.Add($"{name} {Short(id)}: {status} {Short(answer)}");
                }
            }
        }

        wrongs.ShouldBeEmpty();
        (await node.DumpAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Hostile_parameter_of_any_list_is_refused_or_finds_nothing()
    {
        await using var node = await AdminNode.StartAsync(backend);
        var (document, target) = (await node.DescribeAsync(), await MakeTargetAsync(node));
        var before = await node.DumpAsync();
        var wrongs = new List<string>();

        foreach (var (name, method, path, said) in document.Operations)
        {
            foreach (var parameter in (said["parameters"]?.AsArray() ?? []).Where(parameter => (string?)parameter!["in"] == "query").Select(parameter => (string)parameter!["name"]!))
            {
                foreach (var value in (string[])["a%00", "%00", .. Ids, .. Formless.Where(text => text != "0001-01-01").Select(Uri.EscapeDataString), $"x&{parameter}=y"])
                {
                    var (status, answer) = await node.SendAsync(RequestFor(method, $"{target.In(path)}?{parameter}={value}", null));

                    // Whoever filters by what is not there gets an empty list, or a sum of nothing.
                    var foundNothing = status == 200 && parameter is ("tenant" or "key" or "model") && JsonNode.Parse(answer)!["data"]!.AsArray().All(entry => (int?)entry!["requests"] == 0);
                    if (status is not (400 or 404) && !foundNothing)
                    {
                        wrongs.Add($"{name} {parameter}={Short(value)}: {status} {Short(answer)}");
                    }
                }
            }
        }

        wrongs.ShouldBeEmpty();
        (await node.DumpAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Text_that_looks_like_sql_is_text()
    {
        await using var node = await AdminNode.StartAsync(backend);
        const string Name = "Robert'); drop table tenants; -- \" ` $$ \\ % _ ‮ Ａ";
        var made = await node.PostAsync("/tenants", new JsonObject { ["name"] = Name, ["tier"] = Name }.ToJsonString(), System.Net.HttpStatusCode.Created);
        var read = await node.GetAsync($"/tenants/{made["id"]}", System.Net.HttpStatusCode.OK);
        ((string?)read["name"], (string?)read["tier"]).ShouldBe((Name, Name));
    }

    public static TheoryData<string> BadHeaders => ["one\r\nX-Evil: 1", "a\nb", "a\0b", "а", "", new string('k', 256), "\u0085", "a\tb"];

    [Theory]
    [MemberData(nameof(BadHeaders))]
    public async Task Hostile_idempotency_key_is_refused_and_changes_nothing(string key)
    {
        await using var node = await AdminNode.StartAsync(backend);
        var target = await MakeTargetAsync(node);
        var before = await node.DumpAsync();

        var (status, _) = await node.SendAsync(context =>
        {
            context.Request.Method = "POST";
            context.Request.Path = $"/admin/v1/tenants/{target.Tenant}/credits";
            context.Request.Headers.Authorization = $"Bearer {AdminNode.AdminKey}";
            context.Request.Headers["Idempotency-Key"] = key;
            context.Request.Body = new MemoryStream("""{"amount":"5","note":"x"}"""u8.ToArray());
        });

        status.ShouldBe(400);
        (await node.DumpAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Key_that_only_looks_like_a_good_one_is_refused()
    {
        await using var node = await AdminNode.StartAsync(backend);
        var target = await MakeTargetAsync(node);
        var secret = (string)(await node.PostAsync($"/tenants/{target.Tenant}/keys", """{"name":"k","role":"owner"}""", System.Net.HttpStatusCode.Created))["key"]!;
        (await AskAsync($"Bearer {secret}")).ShouldBe(200);

        foreach (var good in (string[])[secret, AdminNode.AdminKey])
        {
            string[] headers =
            [
                good, $"Basic {good}", $"Bearer{good}", $"Bearer\t{good}", $"Bearer {good}\0", $"Bearer {good}\r\nX-Evil: 1", $"Bearer {good},Bearer {good}", $"Bearer {good} {good}", $"Bearer {good.ToUpperInvariant()}",
                $"Bearer {good[..^1]}", $"Bearer {good}{new string('a', 100_000)}", $"Bearer {good.Replace('e', 'е').Replace('a', 'а').Replace('s', 'ѕ')}", $"Bearer {good.Replace('-', '‐')}",
                $"Bearer {string.Concat(good.Select(c => (char)(c + 0xfee0)))}", $"Bearer {good}\ud800", $"Bearer \ufeff{good}", $"Bearer {good}\u200b", $"Bearer {good}' or '1'='1",
            ];
            foreach (var header in headers)
            {
                (await AskAsync(header)).ShouldBe(401, Short(header));
            }
        }

        async Task<int> AskAsync(string header)
        {
            var (status, body) = await node.SendAsync(context =>
            {
                context.Request.Path = "/admin/v1/tenants";
                context.Request.Headers.Authorization = header;
            });
            body.ShouldNotContain(secret);
            return status;
        }
    }

    private static IEnumerable<(string[] Path, JsonObject Schema)> FieldsOf(AdminDescription document, JsonObject schema, string[] at)
    {
        var fields = (schema["properties"]?.AsObject() ?? []).Select(field => (Name: field.Key, Schema: field.Value!))
            .Concat(schema["additionalProperties"] is JsonObject any ? [(Name: "m", Schema: any)] : []);
        foreach (var (name, field) in fields)
        {
            var resolved = document.Resolve(field);
            yield return ([.. at, name], resolved);
            foreach (var inner in FieldsOf(document, resolved, [.. at, name]))
            {
                yield return inner;
            }
        }
    }

    /// <summary>The example with a mark in the place of a field.</summary>
    private static JsonObject With(JsonObject example, string[] field)
    {
        var body = example.DeepClone().AsObject();
        var place = body;
        foreach (var name in field[..^1])
        {
            if (place[name] is not JsonObject)
            {
                place[name] = new JsonObject();
            }

            place = place[name]!.AsObject();
        }

        place[field[^1]] = Mark;
        return body;
    }

    /// <summary>JSON values that a field of this schema must not take.</summary>
    private static IEnumerable<string> HostileTo(JsonObject schema)
    {
        yield return Deep;
        yield return "true";
        var types = schema["type"] is JsonArray several ? several.Select(type => (string)type!).ToArray() : [(string)schema["type"]!];
        if (!types.Contains("null"))
        {
            yield return "null";
        }

        var most = (int?)schema["maxLength"] ?? 100;
        string[] values = types.First(type => type != "null") switch
        {
            "integer" =>
            [
                "0", "-1", ((long)schema["maximum"]! + 1).ToString(System.Globalization.CultureInfo.InvariantCulture), "9223372036854775807", "9223372036854775808", "-9223372036854775809", "1e400", "1.5",
                "-0", "\"5\"", "\"５\"", "[5]", "{}",
            ],
            "object" => ["[]", "\"{}\"", "5", "{\"unknown\":1}", "{\"\\ud800\":{}}", "{\"\":{}}", "{\"\\u0000\":{}}", "{\"a\":1,\"a\":1}"],
            "array" => ["[]", "{}", "\"a\"", "5", "[null]", "[1]", "[[\"a\"]]", "[\"\"]", "[\"a\\u0000\"]", "[\"\\udc00\"]", $"[\"{new string('a', 100_000)}\"]", $"[{string.Join(',', Enumerable.Repeat("\"a\"", 1001))}]", "[\"* or 1=1\"]"],
            _ =>
            [
                "5", "[]", "{}", "[\"a\"]", "\"\"", "\" \"", "\"a\\u0000b\"", "\"\\u0000\"", "\"\\ud800\"", "\"a\\udc00\"", "\"a\\r\\nb\"", "\"\\u007f\"", $"\"{new string('a', most + 1)}\"", $"\"{new string('9', 60_000)}\"",
                .. schema.ContainsKey("pattern") || schema.ContainsKey("enum") ? Formless.Select(text => JsonValue.Create(text).ToJsonString()) : [],
            ],
        };
        foreach (var value in values)
        {
            yield return value;
        }
    }

    private static HttpRequestMessage RequestFor(string method, string path, string? body)
    {
        var request = new HttpRequestMessage(HttpMethod.Parse(method), path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", AdminNode.AdminKey);
        return request;
    }

    private static string Short(string text) => text.Length <= 200 ? text : $"{text[..200]}...";

    private static async Task<Target> MakeTargetAsync(AdminNode node)
    {
        var tenant = await node.CreateTenantAsync();
        var key = (string)(await node.PostAsync($"/tenants/{tenant}/keys", """{"name":"k"}""", System.Net.HttpStatusCode.Created))["id"]!;
        var row = LedgerEntries.At(LedgerEntries.Begin) with { TenantId = new TenantId(tenant), KeyId = new KeyId(key) };
        await node.Services.GetRequiredService<LedgerWriter>().CommitAsync(row, CancellationToken.None);
        return new Target(tenant, key, row.RequestId);
    }

    private sealed record Target(string Tenant, string Key, string Row)
    {
        public string In(string path) => path.Replace("{requestId}", Row, StringComparison.Ordinal)
            .Replace("/keys/{id}", $"/keys/{Key}", StringComparison.Ordinal)
            .Replace("{id}", Tenant, StringComparison.Ordinal);
    }
}
