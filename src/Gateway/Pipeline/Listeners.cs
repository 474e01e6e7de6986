using Gateway.Telemetry.Prometheus;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Gateway.Pipeline;

/// <summary>Where the gateway listens, and in which protocols: Kestrel's own settings, looked at before Kestrel takes them, which passes over some mistakes and fails at others without their key.</summary>
internal static class Listeners
{
    private const string Endpoints = "Kestrel:Endpoints";
    private const string Defaults = "Kestrel:EndpointDefaults";
    private const string DefaultCertificate = "Kestrel:Certificates:Default";

    /// <summary>Where to listen where no setting says so: a default must not outrank ASPNETCORE_URLS, as one in appsettings.json would.</summary>
    /// <exception cref="OptionsValidationException">A setting cannot work.</exception>
    public static void ListenByDefault(this WebApplicationBuilder builder, string url)
    {
        string[] settings = ["urls", "http_ports", "https_ports", Endpoints];
        if (!settings.Any(key => builder.Configuration.GetSection(key).Exists()))
        {
            builder.WebHost.UseUrls(url);
        }

        if (Problems(builder.Configuration, builder.Environment).ToList() is { Count: > 0 } problems)
        {
            throw new OptionsValidationException(Endpoints, typeof(KestrelServerOptions), problems);
        }

        builder.ListenForMetrics();
    }

    /// <summary>What is wrong, each with its key, its value and the fix.</summary>
    private static IEnumerable<string> Problems(ConfigurationManager configuration, IHostEnvironment environment)
    {
        foreach (var problem in ProtocolProblems(configuration.GetSection(Defaults)).Concat(FileProblems(configuration.GetSection(DefaultCertificate), environment)))
        {
            yield return problem;
        }

        foreach (var endpoint in configuration.GetSection(Endpoints).GetChildren())
        {
            var url = endpoint["Url"];
            if (string.IsNullOrWhiteSpace(url) || !Uri.TryCreate(url.Replace("//*", "//0.0.0.0", StringComparison.Ordinal).Replace("//+", "//0.0.0.0", StringComparison.Ordinal), UriKind.Absolute, out var parsed)
                || parsed.Scheme is not ("http" or "https"))
            {
                yield return $"{endpoint.Path}:Url is '{url}'. Set it to an address such as http://*:8080 or https://*:8443.";
            }

            foreach (var problem in ProtocolProblems(endpoint).Concat(FileProblems(endpoint.GetSection("Certificate"), environment)))
            {
                yield return problem;
            }
        }
    }

    private static IEnumerable<string> ProtocolProblems(IConfigurationSection endpoint)
    {
        // Kestrel takes what it does not know for nothing said.
        if (endpoint["Protocols"] is { } protocols && !(Enum.TryParse<HttpProtocols>(protocols, ignoreCase: true, out var parsed) && Enum.IsDefined(parsed)))
        {
            yield return $"{endpoint.Path}:Protocols is '{protocols}'. Set it to Http1, Http2 or Http1AndHttp2, or leave it out for Http1AndHttp2.";
        }
    }

    private static IEnumerable<string> FileProblems(IConfigurationSection certificate, IHostEnvironment environment)
    {
        foreach (var key in (string[])["Path", "KeyPath"])
        {
            if (certificate[key] is { } path && !File.Exists(Path.Combine(environment.ContentRootPath, path)))
            {
                yield return $"{certificate.Path}:{key} is '{path}', and there is no such file that can be read. Set it to the path of one.";
            }
        }
    }
}
