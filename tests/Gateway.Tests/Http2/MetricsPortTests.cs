using System.Net;
using System.Net.Sockets;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Http2;

/// <summary>Scrapes and probes of a gateway whose endpoints all speak HTTP/2 without TLS, which neither Prometheus nor Kubernetes does.</summary>
public sealed class MetricsPortTests
{
    private static CancellationToken Timeout => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Port_of_the_metrics_speaks_http_1_whatever_the_others_do()
    {
        var port = FreePort();
        await using var app = await GatewayApp.StartAsync(new GatewayAppOptions
        {
            Settings = new Dictionary<string, string>
            {
                ["Kestrel:Endpoints:Main:Url"] = "http://127.0.0.1:0",
                ["Kestrel:EndpointDefaults:Protocols"] = "Http2",
                ["Gateway:MetricsPort"] = $"{port}",
            },
        });
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

        using var scrape = await client.GetAsync(new Uri("/metrics", UriKind.Relative), Timeout);
        using var probe = await client.GetAsync(new Uri("/health/ready", UriKind.Relative), Timeout);
        using var main = new HttpClient { BaseAddress = app.Addresses.Single(address => address.Port != port), DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var live = await main.GetAsync(new Uri("/health/live", UriKind.Relative), Timeout);

        (scrape.StatusCode, probe.StatusCode, live.StatusCode).ShouldBe((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK));
        (scrape.Version, live.Version).ShouldBe((HttpVersion.Version11, HttpVersion.Version20));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
