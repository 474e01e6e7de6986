using Shouldly;
using Xunit;

namespace Gateway.Tests.Catalog;

/// <summary>Each mistake is refused with its path, its value and the fix.</summary>
public sealed class CatalogRefusalTests
{
    public static TheoryData<string, string, string> Mistakes => new()
    {
        // Form.
        { CatalogText.WithModel("\"color\": 1"), "models.m.color", "is not known here; remove it, or write one of display_name, owned_by," },
        { CatalogText.WithModel("\"status\": \"available\", \"status\": \"deprecated\""), "models.m.status", "is given twice; remove one" },
        { CatalogText.WithModel("\"aliases\": \"x\""), "models.m.aliases", "\"x\" is a string; an array [ ... ] is needed here" },
        { CatalogText.WithModel("\"aliases\": [5]"), "models.m.aliases[0]", "5 is no such value; a string is needed here; put the number in quotes" },
        { CatalogText.WithModel("\"timeouts\": []"), "models.m.timeouts", "[...] is an array; an object { ... } is needed here" },
        { CatalogText.WithModel("\"context_window\": \"128000\""), "models.m.context_window", "\"128000\" is a string; a whole number without quotes is needed here" },
        { CatalogText.WithModel("\"context_window\": 1.5"), "models.m.context_window", "1.5 is no such value; a whole number" },
        { CatalogText.WithModel("\"context_window\": 99999999999999999999"), "models.m.context_window", "a whole number without quotes is needed here" },
        { CatalogText.WithModel("\"accept_image_field\": \"yes\""), "models.m.accept_image_field", "true or false is needed here" },
        { CatalogText.WithModel("\"parameters\": { \"defaults\": { \"a\": { \"b\": 1, \"b\": 2 } } }"), "models.m.parameters.defaults.a.b", "is given twice" },
        { CatalogText.With("{ \"m\": null }"), "models.m", "is null; write its value or remove it" },
        { CatalogText.With("{}", "\"fallbacks\": {}"), "fallbacks", "is not known here; remove it, or write one of $schema, providers, models, tiers, images, limits" },
        { "[]", "", "the catalog must be one JSON object" },
        { "", "", "this is not JSON" },
        { "{ \"providers\": {}, \"models\": {} } x", "", "this is not JSON" },
        { "{}", "providers", "is missing; write { \"openai\"" },
        { "{}", "models", "is missing; write { \"gpt-4o\"" },

        { CatalogText.WithModel("\"endpoints\": [\"/v1/nowhere\"]"), "models.m.endpoints[0]", "\"/v1/nowhere\" is not known here or given twice; write each at most once of /v1/chat/completions," },
        { CatalogText.WithModel("\"endpoints\": []"), "models.m.endpoints", "is empty; write at least one of /v1/chat/completions," },

        // Prices.
        { Price("\"per_request\": 0.04"), "models.m.prices[0].per_request", "0.04 is no such value; a string is needed here; put the number in quotes, so that it is read exactly" },
        { Price("\"input\": \"abc\""), "models.m.prices[0].input", "\"abc\" is no price; write US dollars as a decimal such as \"2.50\", from 0 to 1000000, with 9 decimals at most" },
        { Price("\"input\": \"1e3\""), "models.m.prices[0].input", "\"1e3\" is no price" },
        { Price("\"input\": \"-1\""), "models.m.prices[0].input", "\"-1\" is no price" },
        { Price("\"input\": \"0.0000000001\""), "models.m.prices[0].input", "is no price" },
        { Price("\"input\": \"1000000.01\""), "models.m.prices[0].input", "is no price" },
        { Price("\"input\": \"1\", \"list\": { \"input\": \"?\" }"), "models.m.prices[0].list.input", "\"?\" is no price" },
        { Price("\"list\": { \"input\": \"1\" }"), "models.m.prices[0]", "has no rate that can be read" },
        { CatalogText.WithModel("\"prices\": [{ \"input\": \"1\" }]"), "models.m.prices[0].from", "is missing; write the day from which it applies" },
        { CatalogText.WithModel("\"prices\": [{ \"from\": \"01/02/2025\", \"input\": \"1\" }]"), "models.m.prices[0].from", "\"01/02/2025\" is no date; write YYYY-MM-DD" },
        { CatalogText.WithModel("\"prices\": [{ \"from\": \"2025-01-01\", \"input\": \"1\" }, { \"from\": \"2025-01-01T01:00:00+01:00\", \"input\": \"2\" }]"), "models.m.prices[1].from", "begins when another price of this model does" },

        { CatalogText.WithModel("\"prices\": [{ \"from\": \"0001-01-01T00:00:00+14:00\", \"input\": \"1\" }]"), "models.m.prices[0].from", "is no date" },
        { CatalogText.WithModel("\"prices\": [null]"), "models.m.prices[0]", "an object { ... } is needed here" },

        // Names.
        { CatalogText.With("{ \"a b\": { \"status\": \"coming_soon\" } }"), "models[\"a b\"]", "\"a b\" cannot be a name; use 1 to 128 letters" },
        { CatalogText.With("{ \"gpt-*\": { \"status\": \"coming_soon\" } }"), "models[\"gpt-*\"]", "cannot be a name" },
        { CatalogText.WithModel("\"aliases\": [\"m\"]"), "models.m.aliases[0]", "\"m\" already stands at models.m; ids and aliases share one space" },
        { CatalogText.WithModel("\"aliases\": [\"x\", \"x\"]"), "models.m.aliases[1]", "\"x\" already stands at models.m.aliases[0]" },
        { CatalogText.With("{ \"gpt-4.1\": { \"status\": \"coming_soon\", \"aliases\": [\"z\"] }, \"z\": { \"status\": \"coming_soon\" } }"), "models[\"gpt-4.1\"].aliases[0]", "\"z\" already stands at models.z" },

        // Models and deployments.
        { CatalogText.WithModel("\"status\": \"soon\""), "models.m.status", "\"soon\" is not known; write one of \"available\", \"coming_soon\", \"deprecated\"" },
        { CatalogText.WithModel("\"display_name\": \" \""), "models.m.display_name", "is empty" },
        { CatalogText.WithModel("\"input\": [\"smell\"]"), "models.m.input[0]", "\"smell\" is not known here or given twice; write each at most once of text, image, audio, file, video" },
        { CatalogText.WithModel("\"output\": []"), "models.m.output", "is empty; write at least one of text" },
        { CatalogText.WithModel("\"context_window\": 0"), "models.m.context_window", "0 is out of range; write a whole number from 1 to 1000000000" },
        { CatalogText.WithModel("\"tokenizer\": \"p50k\""), "models.m.tokenizer", "\"p50k\" is not known; write one of \"cl100k_base\", \"o200k_base\"" },
        { CatalogText.WithModel("\"created\": \"then\""), "models.m.created", "\"then\" is no date" },
        { CatalogText.WithModel("\"input\": [\"text\", \"image\"]"), "models.m.deployments[0].image_tokens", "is missing, here and on the model, which takes images" },
        { CatalogText.With("{ \"m\": {} }"), "models.m.deployments", "is missing or empty" },
        { CatalogText.With("{ \"m\": { \"deployments\": [{ \"provider\": \"q\", \"model\": \"up\" }] } }"), "models.m.deployments[0].provider", "\"q\" is no provider of this file; write one of p" },
        { CatalogText.With("{ \"m\": { \"deployments\": [{ \"provider\": \"p\" }] } }"), "models.m.deployments[0].model", "is missing" },
        { CatalogText.With("{ \"m\": { \"deployments\": [{ \"provider\": \"p\", \"model\": \"up\", \"weight\": 0 }] } }"), "models.m.deployments[0].weight", "0 is out of range; write a whole number from 1" },
        { CatalogText.With("{ \"m\": { \"deployments\": [{ \"provider\": \"p\", \"model\": \"up\", \"priority\": -1 }] } }"), "models.m.deployments[0].priority", "-1 is out of range" },

        // Image formulas.
        { CatalogText.WithModel("\"image_tokens\": \"openai-tile-1-2\""), "models.m.image_tokens", "\"openai-tile-1-2\" is no formula; write one of openai-tile-85-170" },
        { CatalogText.WithModel("\"image_tokens\": { \"tile\": { \"base\": 85 } }"), "models.m.image_tokens.tile.per_tile", "is missing; write a whole number" },
        { CatalogText.WithModel("\"image_tokens\": { \"tile\": { \"base\": -1, \"per_tile\": 1 } }"), "models.m.image_tokens.tile.base", "-1 is out of range" },
        { CatalogText.WithModel("\"image_tokens\": { \"tile\": { \"base\": 1, \"per_tile\": 1, \"auto_detail\": \"mid\" } }"), "models.m.image_tokens.tile.auto_detail", "\"mid\" is not known; write one of \"high\", \"low\", \"by_size\"" },
        { CatalogText.WithModel("\"image_tokens\": {}"), "models.m.image_tokens", "is empty" },
        { CatalogText.WithModel("\"image_tokens\": { \"square\": {} }"), "models.m.image_tokens.square", "is not known here; remove it, or write one of tile, patch" },

        { CatalogText.WithModel("\"image_tokens\": { \"tile\": { \"base\": 1, \"per_tile\": 1, \"auto_detail\": \"original\" } }"), "models.m.image_tokens.tile.auto_detail", "\"original\" is not known; write one of \"high\", \"low\", \"by_size\"" },
        { CatalogText.WithModel("\"image_tokens\": { \"tile\": { \"base\": 1, \"per_tile\": 1 }, \"patch\": { \"multiplier\": \"1\" } }"), "models.m.image_tokens", "holds a tile and a patch formula; remove one" },
        { Patch("\"budget\": 1536"), "models.m.image_tokens.patch.multiplier", "is missing; write, for example, \"1.62\"" },
        { Patch("\"multiplier\": 1.62"), "models.m.image_tokens.patch.multiplier", "1.62 is no such value; a string is needed here; put the number in quotes, so that it is read exactly" },
        { Patch("\"multiplier\": \"1,62\""), "models.m.image_tokens.patch.multiplier", "\"1,62\" is no multiplier; write a decimal such as \"1.62\", above 0, 1000 at most, with 6 decimals at most" },
        { Patch("\"multiplier\": \"0\""), "models.m.image_tokens.patch.multiplier", "\"0\" is no multiplier" },
        { Patch("\"multiplier\": \"1.0000001\""), "models.m.image_tokens.patch.multiplier", "\"1.0000001\" is no multiplier" },
        { Patch("\"multiplier\": \" \""), "models.m.image_tokens.patch.multiplier", "is empty" },
        { Patch("\"multiplier\": \"1\", \"max_side\": 0"), "models.m.image_tokens.patch.max_side", "0 is out of range; write a whole number from 1 to 65535" },
        { Patch("\"multiplier\": \"1\", \"max_side\": 65536"), "models.m.image_tokens.patch.max_side", "65536 is out of range" },
        { Patch("\"multiplier\": \"1\", \"budget\": 0"), "models.m.image_tokens.patch.budget", "0 is out of range; write a whole number from 1 to 1000000000" },
        { Patch("\"multiplier\": \"1\", \"reject_above\": -5"), "models.m.image_tokens.patch.reject_above", "-5 is out of range" },
        { Patch("\"multiplier\": \"1\", \"low\": { \"max_side\": 70000 }"), "models.m.image_tokens.patch.low.max_side", "70000 is out of range" },
        { Patch("\"multiplier\": \"1\", \"low\": 512"), "models.m.image_tokens.patch.low", "512 is no such value; an object { ... } is needed here" },
        { Patch("\"multiplier\": \"1\", \"low\": { \"detail\": 1 }"), "models.m.image_tokens.patch.low.detail", "is not known here; remove it, or write one of max_side, budget, reject_above" },
        { Patch("\"multiplier\": \"1\", \"original\": { \"budget\": 1000000001 }"), "models.m.image_tokens.patch.original.budget", "1000000001 is out of range" },
        { Patch("\"multiplier\": \"1\", \"original\": { \"reject_above\": 0 }"), "models.m.image_tokens.patch.original.reject_above", "0 is out of range" },
        { Patch("\"multiplier\": \"1\", \"auto_detail\": \"mid\""), "models.m.image_tokens.patch.auto_detail", "\"mid\" is not known; write one of \"high\", \"low\", \"by_size\", \"original\"" },
        { Patch("\"multiplier\": \"1\", \"auto_detail\": \"original\""), "models.m.image_tokens.patch.original", "is missing, but auto_detail is \"original\"; write, for example, { \"max_side\": 6000, \"budget\": 10000 }" },

        // Parameters and timeouts.
        { CatalogText.WithModel("\"parameters\": { \"defaults\": { \"model\": \"x\" } }"), "models.m.parameters.defaults.model", "\"model\" cannot be added, dropped or rejected" },
        { CatalogText.WithModel("\"parameters\": { \"drop\": [\"messages\"] }"), "models.m.parameters.drop[0]", "cannot be added, dropped or rejected" },
        { CatalogText.WithModel("\"parameters\": { \"drop\": [\"tools\"], \"reject\": [\"tools\"] }"), "models.m.parameters.drop", "\"tools\" is dropped, and rejected or given a default as well" },
        { CatalogText.WithModel("\"timeouts\": { \"total\": \"5 s\" }"), "models.m.timeouts.total", "\"5 s\" is no time; write a whole number and its unit such as \"500ms\"" },
        { CatalogText.WithModel("\"timeouts\": { \"total\": \"0s\" }"), "models.m.timeouts.total", "is no time" },
        { CatalogText.WithModel("\"timeouts\": { \"total\": \"999999999h\" }"), "models.m.timeouts.total", "is no time" },

        // Routing.
        { CatalogText.WithModel("\"fallbacks\": [\"m\"]"), "models.m.fallbacks[0]", "\"m\" is this model itself or given twice; remove it" },
        { CatalogText.WithModel("\"fallbacks\": [\"gone\"]"), "models.m.fallbacks[0]", "\"gone\" is no model of this file; write the id of one" },
        { CatalogText.WithModel("\"retries\": { \"attempts\": 0 }"), "models.m.retries.attempts", "0 is out of range; write a whole number from 1 to 10" },
        { CatalogText.WithModel("\"retries\": { \"same_deployment\": 10 }"), "models.m.retries.same_deployment", "10 is out of range; write a whole number from 0 to 9" },
        { CatalogText.WithModel("\"retries\": { \"backoff\": \"soon\" }"), "models.m.retries.backoff", "\"soon\" is no time" },
        { CatalogText.With("{ \"m\": { \"deployments\": [{ \"provider\": \"p\", \"model\": \"x\", \"max_concurrency\": 0 }] } }"), "models.m.deployments[0].max_concurrency", "0 is out of range; write a whole number from 1 to 1000000" },
        { CatalogText.With($"{{ \"m\": {{ \"deployments\": [{string.Join(',', Enumerable.Repeat("{ \"provider\": \"p\", \"model\": \"x\" }", 64))}] }} }}"), "models.m.deployments", "has 64 entries; write 63 at most" },
        { CatalogText.WithProvider("{ \"dialect\": \"openai\", \"base_url\": \"https://a.b\", \"api_keys\": [] }"), "providers.p.api_keys", "is empty; write at least one key" },
        { CatalogText.WithProvider("{ \"dialect\": \"openai\", \"base_url\": \"https://a.b\", \"api_keys\": [\"a\", \"b c\"] }"), "providers.p.api_keys[1]", "holds a character that cannot be sent" },

        // Tiers, images, limits.
        { CatalogText.With("{}", "\"tiers\": { \"t\": { \"requests_per_minute\": 0 } }"), "tiers.t.requests_per_minute", "0 is out of range; write a whole number from 1 to 1000000000" },
        { CatalogText.With("{}", "\"tiers\": { \"t\": { \"tokens_per_minute\": 1000000001 } }"), "tiers.t.tokens_per_minute", "is out of range" },
        { CatalogText.With("{}", "\"tiers\": { \"t\": { \"concurrent_requests\": 1000001 } }"), "tiers.t.concurrent_requests", "write a whole number from 1 to 1000000" },
        { CatalogText.With("{}", "\"tiers\": { \"t\": { \"models\": { \"x\": {} } } }"), "tiers.t.models.x", "\"x\" is no model of this file" },
        { CatalogText.With("{}", "\"tiers\": { \"t t\": {} }"), "tiers[\"t t\"]", "cannot be a name" },
        { CatalogText.With("{}", "\"images\": { \"max_bytes\": 0 }"), "images.max_bytes", "0 is out of range" },
        { CatalogText.With("{}", "\"images\": { \"formats\": [\"bmp\"] }"), "images.formats[0]", "\"bmp\" is not known; write one of \"png\", \"jpeg\", \"webp\", \"gif\"" },
        { CatalogText.With("{}", "\"images\": { \"formats\": [] }"), "images.formats", "is empty" },
        { CatalogText.With("{}", "\"images\": { \"fetch\": { \"when_unknown\": \"guess\" } }"), "images.fetch.when_unknown", "\"guess\" is not known" },
        { CatalogText.With("{}", "\"images\": { \"fetch\": { \"allow_hosts\": [\"https://x.com/\"] } }"), "images.fetch.allow_hosts[0]", "is no host name; write a name such as \"images.example.com\"" },
        { CatalogText.With("{}", "\"limits\": { \"tokens_charge\": \"all\" }"), "limits.tokens_charge", "\"all\" is not known; write one of \"sum\", \"max\"" },
        { CatalogText.With("{}", "\"limits\": { \"when_redis_is_down\": \"panic\" }"), "limits.when_redis_is_down", "\"panic\" is not known" },
        { CatalogText.With("{}", "\"limits\": { \"default_completion_tokens\": 0 }"), "limits.default_completion_tokens", "0 is out of range" },

        // Providers.
        { CatalogText.WithProvider("{ \"base_url\": \"https://a.b\" }"), "providers.p.dialect", "is missing; write, for example, \"openai\"" },
        { CatalogText.WithProvider("{ \"dialect\": \"cohere\", \"base_url\": \"https://a.b\" }"), "providers.p.dialect", "\"cohere\" is not known; write one of \"openai\", \"azure\", \"anthropic\", \"gemini\"" },
        { CatalogText.WithProvider("{ \"dialect\": \"openai\" }"), "providers.p.base_url", "is missing" },
        { Address("api.openai.com/v1"), "providers.p.base_url", "\"api.openai.com/v1\" is no address to send to; write an absolute http or https address" },
        { Address("ftp://a.b"), "providers.p.base_url", "is no address to send to" },
        { Address("/v1"), "providers.p.base_url", "is no address to send to" },
        { CatalogText.WithProvider("{ \"dialect\": \"openai\", \"base_url\": \"https://a.b\", \"api_key\": \"${\" }"), "providers.p.api_key", "holds a \"${\" that names no variable" },
        { CatalogText.WithProvider("{ \"dialect\": \"openai\", \"base_url\": \"https://a.b\", \"api_key\": \"\" }"), "providers.p.api_key", "is empty; write its value or ${NAME}, or leave it out" },
        { CatalogText.WithProvider("{ \"dialect\": \"openai\", \"base_url\": \"https://a.b\", \"api_version\": \"2024-10-21\" }"), "providers.p.api_version", "is for the dialect \"azure\" alone" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Mistake_is_refused_with_path_value_and_fix(string text, string path, string message)
    {
        var reading = CatalogText.Read(text);

        reading.Snapshot.ShouldBeNull();
        reading.Problems.ShouldContain(problem => problem.Path == path && problem.Message.Contains(message), string.Join('\n', reading.Problems));
    }

    [Fact]
    public void All_mistakes_are_listed_at_once_in_the_order_of_the_file_with_their_lines()
    {
        var reading = CatalogText.Read(
            """
            {
              // a comment
              "providers": { "p": { "dialect": "openai",
                "base_url": "nowhere" } },
              "models": {
                "m": {
                  "colour": "red",
                  "prices": [
                    { "from": "2025-01-01", "input": 2.5 },
                    { "from": "2025-02-01",
                      "output": "many" },
                  ],
                  "deployments": [{ "provider": "q", "model": "up" }],
                },
              },
              "limits": { "tokens_charge": "all" },
            }
            """);

        reading.Problems.Select(problem => $"{problem.Path} {problem.Line}").ShouldBe(
        [
            "providers.p.base_url 4",
            "models.m.colour 7",
            "models.m.prices[0].input 9",
            "models.m.prices[1].output 11",
            "models.m.prices[1] 10",
            "models.m.deployments[0].provider 13",
            "limits.tokens_charge 16",
        ], ignoreOrder: true);
        reading.Problems.Select(problem => problem.Line).ShouldBeInOrder();
        reading.Problems[0].ToString().ShouldStartWith("providers.p.base_url (line 4): \"nowhere\" is no address");
    }

    [Fact]
    public void Damage_is_told_with_its_line()
    {
        var problem = CatalogText.Read("{\n  \"providers\": {\n    oops\n").Problems.ShouldHaveSingleItem();

        problem.Line.ShouldBe(3);
        problem.ToString().ShouldStartWith("line 3: this is not JSON");
    }

    [Fact]
    public void Text_that_is_not_utf8_is_refused()
    {
        byte[] bytes = [.. "{ \"providers\": { \""u8, 0xC3, 0x28, .. "\": {} } }"u8];

        var reading = Gateway.Catalog.Reading.CatalogReader.Read(bytes, _ => null, null);

        reading.Snapshot.ShouldBeNull();
        reading.Problems.ShouldHaveSingleItem().Message.ShouldContain("UTF-8");
    }

    [Fact]
    public void Damaged_files_are_refused_and_never_throw()
    {
        var sample = System.Text.Encoding.UTF8.GetBytes(ContractSample.Text);
        var replacements = "\"{}[]:,/\\0-.$\0\u007f"u8;
        var random = new Random(5);
        var refused = 0;
        for (var i = 0; i < 4000; i++)
        {
            var damaged = sample.AsSpan(0, i % 4 == 0 ? random.Next(sample.Length) : sample.Length).ToArray();
            for (var change = 0; change <= i % 3 && damaged.Length > 0; change++)
            {
                damaged[random.Next(damaged.Length)] = i % 2 == 0 ? (byte)random.Next(256) : replacements[random.Next(replacements.Length)];
            }

            var reading = Gateway.Catalog.Reading.CatalogReader.Read(damaged, _ => "x", null);
            (reading.Snapshot is null).ShouldBe(!reading.Problems.IsEmpty);
            refused += reading.Snapshot is null ? 1 : 0;
        }

        refused.ShouldBeGreaterThan(1000);
    }

    private static string Patch(string members) => CatalogText.WithModel($$"""
        "image_tokens": { "patch": { {{members}} } }
        """);

    private static string Price(string rates) => CatalogText.WithModel($$"""  "prices": [{ "from": "2025-01-01", {{rates}} }]  """);

    private static string Address(string address) => CatalogText.WithProvider($$"""{ "dialect": "openai", "base_url": "{{address}}" }""");
}
