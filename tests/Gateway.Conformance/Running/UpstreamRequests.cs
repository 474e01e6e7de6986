using System.Text.Json.Nodes;
using Gateway.Simulator.Recording;
using Gateway.Testing;
using Xunit;

namespace Gateway.Conformance.Running;

/// <summary>What the provider got, found by the request's id, which the gateway sends along.</summary>
internal static class UpstreamRequests
{
    public static RecordedRequest Upstream(this RunningGateway gateway, string requestId) =>
        gateway.Provider.Requests.Snapshot().Single(request => request.Header("X-Client-Request-Id") == requestId);

    /// <summary>The body of the newest request that a key was billed for.</summary>
    public static async Task<JsonNode> UpstreamBodyAsync(this RunningGateway gateway, GatewayKey key)
    {
        var rows = await gateway.Admin.LedgerAsync(key, TestContext.Current.CancellationToken);
        return JsonNode.Parse(gateway.Upstream(rows[0].Text("request_id")!).Body.Span)!;
    }
}
