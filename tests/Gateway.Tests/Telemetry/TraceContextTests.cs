using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Simulator.Recording;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Telemetry;

/// <summary>W3C Trace Context through a gateway that exports no traces: each attempt belongs to the trace that errors and rows name.</summary>
public sealed class TraceContextTests : IAsyncLifetime
{
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string TraceParent = $"00-{TraceId}-00f067aa0ba902b7-01";

    private GatewayApp _app = null!; // Made before each test.

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _app = await GatewayApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Context_of_the_client_goes_on_to_the_provider()
    {
        await SendAsync("hi", ("traceparent", TraceParent), ("tracestate", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"), ("baggage", "user=secret"));

        var upstream = Upstream();
        upstream.Header("traceparent").ShouldBe(TraceParent);
        upstream.Header("tracestate").ShouldBe("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE");
        upstream.Header("baggage").ShouldBeNull();
        (await _app.RowsAsync())[0].TraceId.ShouldBe(TraceId);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("00-00000000000000000000000000000000-00f067aa0ba902b7-01")]
    [InlineData("not a trace")]
    public async Task Without_a_context_each_attempt_carries_that_of_the_row(string? invalid)
    {
        await SendAsync("hi", invalid is null ? [] : [("traceparent", invalid)]);

        var parts = Upstream().Header("traceparent")!.Split('-');
        parts.ShouldSatisfyAllConditions(
            () => parts.Length.ShouldBe(4),
            () => parts[0].ShouldBe("00"),
            () => parts[2].Length.ShouldBe(16),
            () => parts[3].ShouldBe("00"));
        (await _app.RowsAsync())[0].TraceId.ShouldBe(parts[1]);
    }

    [Fact]
    public async Task Error_names_the_trace_of_the_client()
    {
        var body = await SendAsync("[[status=400]]", ("traceparent", TraceParent));

        ((string?)JsonNode.Parse(body)!["trace_id"]).ShouldBe(TraceId);
    }

    private async Task<string> SendAsync(string text, params (string Name, string Value)[] headers)
    {
        using var client = _app.Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = new StringContent($$"""{"model":"gpt-4o","messages":[{"role":"user","content":"{{text}}"}]}""", Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        }

        using var answer = await client.SendAsync(request, Ct);
        return await answer.Content.ReadAsStringAsync(Ct);
    }

    private RecordedRequest Upstream() => _app.Simulator.Requests.Snapshot().ShouldHaveSingleItem();
}
