using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Gateway.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Gateway.Conformance.Running;

/// <summary>Which HTTP a provider behind TLS is spoken to in, by a gateway that trusts its certificate as any program does.</summary>
public sealed class UpstreamProtocolTests : IDisposable
{
    private const string Answer = """{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":1,"total_tokens":6}}""";

    private readonly ThrowawayCertificate _certificate = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _certificate.Dispose();

    [Theory]
    [InlineData(HttpProtocols.Http1AndHttp2, "HTTP/2")]
    [InlineData(HttpProtocols.Http2, "HTTP/2")]
    [InlineData(HttpProtocols.Http1, "HTTP/1.1")]
    public async Task Provider_is_spoken_to_in_the_newest_that_it_offers(HttpProtocols offered, string spoken)
    {
        var seen = new ConcurrentBag<string>();
        await using var provider = await StartAsync(offered, seen);
        var address = provider.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        await using var gateway = await GatewayProcess.StartAsync(
            new GatewayProcessOptions
            {
                Catalog = $$"""
                    {
                      "providers": { "own": { "dialect": "openai", "base_url": "{{address}}/v1", "api_key": "k" } },
                      "models": { "m": { "prices": [{ "from": "2025-01-01", "input": "1", "output": "1" }], "deployments": [{ "provider": "own", "model": "m" }] } },
                    }
                    """,
                Settings = new Dictionary<string, string> { ["SSL_CERT_FILE"] = _certificate.CertificatePath },
            },
            Ct);
        using var admin = new GatewayAdmin(gateway.BaseAddress, gateway.AdminKey);
        var key = await admin.CreateKeyAsync(await admin.CreateTenantAsync("protocol", "{}", Ct), "protocol", "{}", Ct);
        using var client = new HttpClient { BaseAddress = gateway.BaseAddress };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key.Secret);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.PostAsync(
            new Uri("v1/chat/completions", UriKind.Relative), new StringContent("""{"model":"m","messages":[{"role":"user","content":"Hello"}]}""", Encoding.UTF8, "application/json"), Ct)));

        foreach (var answer in answers)
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Ct));
            answer.Dispose();
        }

        seen.Count.ShouldBe(20);
        seen.Distinct().ShouldBe([spoken]);
    }

    private async Task<WebApplication> StartAsync(HttpProtocols offered, ConcurrentBag<string> seen)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = offered;
            listen.UseHttps(X509Certificate2.CreateFromPemFile(_certificate.CertificatePath, _certificate.KeyPath));
        }));
        var provider = builder.Build();
        provider.Run(async context =>
        {
            seen.Add(context.Request.Protocol);
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(Answer, Ct);
        });
        await provider.StartAsync(Ct);
        return provider;
    }
}
