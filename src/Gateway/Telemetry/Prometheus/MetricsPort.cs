using System.Globalization;
using Microsoft.Extensions.Options;

namespace Gateway.Telemetry.Prometheus;

/// <summary>
/// <c>Gateway:MetricsPort</c>: a port of its own for <c>/metrics</c>, on the same addresses as the first of the main ones. It answers that and
/// health alone, and the main port answers <c>/metrics</c> no more.
/// </summary>
internal static class MetricsPort
{
    public const string Key = "Gateway:MetricsPort";

    /// <exception cref="OptionsValidationException">It is no port.</exception>
    public static int? Of(IConfiguration configuration) => configuration[Key] switch
    {
        null or "" => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= ushort.MaxValue => port,
        var text => throw new OptionsValidationException(Key, typeof(int), [$"{Key} is '{text}'. Set it to a port from 1 to 65535, or leave it out to have /metrics on the main port."]),
    };

    /// <summary>Listens there too; to be called once it is settled where the gateway listens else.</summary>
    /// <exception cref="OptionsValidationException">The setting is no port, or the main one.</exception>
    public static void ListenForMetrics(this WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        if (Of(configuration) is not { } port)
        {
            return;
        }

        if (configuration.GetSection("Kestrel:Endpoints").GetChildren().FirstOrDefault() is { } first)
        {
            configuration["Kestrel:Endpoints:GatewayMetrics:Url"] = Beside(first["Url"] ?? "http://*", port);

            // Neither probes nor scrapes speak HTTP/2 without TLS, which may be all endpoints' default.
            configuration["Kestrel:Endpoints:GatewayMetrics:Protocols"] = "Http1";
        }
        else if (builder.WebHost.GetSetting("urls") is { Length: > 0 } urls)
        {
            builder.WebHost.UseUrls($"{urls};{Beside(urls.Split(';')[0], port)}");
        }
        else
        {
            builder.WebHost.UseSetting("http_ports", $"{configuration["http_ports"]};{port}");
        }
    }

    /// <summary>After the id and the errors' form, before everything else.</summary>
    public static void UseMetricsPort(this WebApplication app)
    {
        var port = Of(app.Configuration);
        app.Use((context, next) =>
        {
            if (IsServed(context, port))
            {
                return next(context);
            }

            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
    }

    private static bool IsServed(HttpContext context, int? port)
    {
        var isMetrics = context.Request.Path.StartsWithSegments(MetricsEndpoint.Path, StringComparison.OrdinalIgnoreCase);
        return port is null
            || (context.Connection.LocalPort == port ? isMetrics || context.Request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase) : !isMetrics);
    }

    // The host of a binding address may be + or *, which no Uri takes.
    private static string Beside(string url, int port)
    {
        var address = BindingAddress.Parse(url);
        return address.Port == port
            ? throw new OptionsValidationException(Key, typeof(int), [$"{Key} is {port}, which is the main port already. Set it to another one, or leave it out to have /metrics there."])
            : $"http://{address.Host}:{port}";
    }
}
