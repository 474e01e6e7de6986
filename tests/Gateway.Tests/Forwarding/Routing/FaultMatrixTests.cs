using System.Text;
using System.Text.Json.Nodes;
using Gateway.Core.Pricing;
using Gateway.Core.Streaming;
using Gateway.Testing;
using Gateway.Tests.Pipeline;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Forwarding.Routing;

/// <summary>Each fault of a provider, for a JSON answer and for a stream, alone and with another deployment: the client's answer, the row, the charge.</summary>
public sealed class FaultMatrixTests(FaultMatrixTests.Gateways gateways) : IClassFixture<FaultMatrixTests.Gateways>
{
    public static TheoryData<string, int, string> Cells => FaultTable.Cells();

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Fault_becomes_what_the_table_says(string fault, int column, string cell)
    {
        var expected = FaultTable.Parse(cell);
        var stream = column is 1 or 3;

        using var response = await gateways.App.ChatAsync(ChatBody.Text("hello", Gateways.ModelOf(fault, column), stream));

        ((int)response.StatusCode).ShouldBe(expected.Status);
        var error = expected switch
        {
            { Code: null } => null,
            { IsEvent: true } => JsonNode.Parse((await response.EventsAsync())[^1])!["error"],
            _ => await response.ErrorAsync(),
        };
        ((string?)error?["code"]).ShouldBe(expected.Code);
        if (stream && expected.Code is null)
        {
            (await response.EventsAsync())[^1].ShouldBe("[DONE]");
        }

        var row = (await gateways.App.RowsAsync()).Single(row => row.RequestId == response.Header("x-request-id"));
        (row.Status, row.Outcome, row.Amount > Money.Zero).ShouldBe((expected.Status, OutcomeOf(expected.Outcome), expected.IsCharged));
        row.Provider.ShouldBe(response.Header("x-gateway-provider"));
        if (fault == "429 with a wait" && column < 2)
        {
            response.Header("retry-after").ShouldBe("7");
        }

        // Who failed was asked, and who is well served in its place.
        if (column >= 2 && expected.Code is null && FaultTable.Parse(AloneOf(fault, column)).Code is not null)
        {
            row.Provider.ShouldBe("well");
        }
    }

    private static string AloneOf(string fault, int column) =>
        Cells.Select(row => row.Data).Single(data => data.Item1 == fault && data.Item2 == column - 2).Item3;

    private static AnswerOutcome OutcomeOf(string word) => word switch
    {
        "completed" => AnswerOutcome.Completed,
        "timed_out" => AnswerOutcome.TimedOut,
        "upstream_failed" => AnswerOutcome.UpstreamFailed,
        _ => throw new FormatException($"The table has the outcome '{word}'."),
    };

    public sealed class Gateways : IAsyncLifetime
    {
        private const string Timeouts = """{ "connect": "1s", "first_byte": "1s", "idle": "2s", "total": "12s" }""";

        private readonly FaultyUpstream _faulty = new();

        internal GatewayApp App { get; private set; } = null!; // Set before any test runs.

        public static string ModelOf(string fault, int column) => $"{fault.Replace(' ', '-')}-{column}";

        public async ValueTask InitializeAsync() => App = await GatewayApp.StartAsync(new GatewayAppOptions { Catalog = Catalog });

        public async ValueTask DisposeAsync()
        {
            await App.DisposeAsync();
            await _faulty.DisposeAsync();
        }

        private string Catalog(Uri simulator)
        {
            var models = new StringBuilder();
            foreach (var (fault, column) in Cells.Select(row => (row.Data.Item1, row.Data.Item2)))
            {
                var (provider, directive) = Failing(fault, column is 1 or 3 ? "stream" : "json");
                var well = column >= 2 ? ", { \"provider\": \"well\", \"model\": \"gpt-4o\", \"priority\": 1 }" : "";
                models.Append($$"""
                    "{{ModelOf(fault, column)}}": { "prices": [{ "from": "2025-01-01", "input": "2.50", "output": "10.00" }], "timeouts": {{Timeouts}},
                      "deployments": [{ "provider": "{{provider}}", "model": "{{ModelOf(fault, column)}}{{directive}}" }{{well}}] },
                    """);
            }

            var raw = string.Join(",\n", ((string[])["silent", "truncated", "endless"]).SelectMany(fault => (string[])[$"{fault}-json", $"{fault}-stream"])
                .Select(fault => $$""" "{{fault}}": { "dialect": "openai", "base_url": "http://127.0.0.1:{{_faulty.Port}}/{{fault}}" } """));
            return $$"""
                {
                  "providers": {
                    "sim": { "dialect": "openai", "base_url": "{{simulator}}", "api_key": "{{TestCatalog.ProviderKey}}" },
                    "well": { "dialect": "openai", "base_url": "{{simulator}}", "api_key": "{{TestCatalog.ProviderKey}}" },
                    "closed": { "dialect": "openai", "base_url": "http://127.0.0.1:9/v1" },
                    "nowhere": { "dialect": "openai", "base_url": "http://no-such-host.invalid/v1" },
                    "no-tls": { "dialect": "openai", "base_url": "https://127.0.0.1:{{_faulty.Port}}/v1" },
                    "stranger": { "dialect": "openai", "base_url": "{{simulator}}", "api_key": "sk-not-the-right-one" },
                    {{raw}}
                  },
                  "models": { {{models}} }
                }
                """;
        }

        private static (string Provider, string Directive) Failing(string fault, string form) => fault switch
        {
            "refused" => ("closed", ""),
            "unknown host" => ("nowhere", ""),
            "no TLS" => ("no-tls", ""),
            "reset" => ("sim", ";reset"),
            "silence before headers" => ("sim", ";hang"),
            "silence in mid-body" => ($"silent-{form}", ""),
            "429 with a wait" => ("sim", ";status=429;retry_after=7"),
            "409" => ("sim", ";status=409;code=conflict"),
            "400" => ("sim", ";status=400;code=bad"),
            "401" => ("stranger", ""),
            "HTML" => ("sim", ";html;status=200"),
            "truncated" => ($"truncated-{form}", ""),
            "wrong content type" => ("sim", ";wrong_content_type"),
            "endless" => ($"endless-{form}", ""),
            _ => ("sim", $";status={int.Parse(fault)}"),
        };
    }
}
