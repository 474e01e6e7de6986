using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Benchmarks.Servers;

/// <summary>
/// The least that a proxy on YARP can be: every request goes to one upstream as it is. What the gateway costs beyond this is its own.
/// Server and client are set up as the gateway's are.
/// </summary>
internal static class BareYarp
{
    public const string Command = "bare-yarp";

    public static async Task RunAsync(Arguments args, CancellationToken ct)
    {
        var upstream = args.Find("upstream") ?? throw new CannotMeasureException("--upstream is needed.");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(args.Find("urls") ?? throw new CannotMeasureException("--urls is needed."));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Services.AddHttpForwarder();
        await using var app = builder.Build();

        using var client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = TimeSpan.FromSeconds(5),
        });
        var forwarder = app.Services.GetRequiredService<IHttpForwarder>();
        app.MapGet("/health/live", () => "ok");
        app.Map("/{**rest}", (RequestDelegate)(async context =>
            await forwarder.SendAsync(context, upstream, client, ForwarderRequestConfig.Empty, HttpTransformer.Default, ct)));
        await app.StartAsync(ct);
        await app.WaitForShutdownAsync(ct);
    }
}
