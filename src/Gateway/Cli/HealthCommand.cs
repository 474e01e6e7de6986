using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;

namespace Gateway.Cli;

/// <summary>
/// <c>gateway health</c>: asks the gateway that the settings describe, on this machine, for a container's health check. Exit code 0 = it answers as it
/// should, 1 = it does not, 2 = nobody could be asked.
/// </summary>
internal static class HealthCommand
{
    public const string Usage = "gateway health [--live] [--url http://localhost:8080]";

    private const string Live = "--live";
    private const string Url = "--url";
    private const string DefaultUrl = "http://localhost:8080";
    private const int CannotRun = 2;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors, CancellationToken ct)
    {
        if (!TryRead(args, out var isLive, out var given))
        {
            await errors.WriteLineAsync(Usage);
            return CannotRun;
        }

        var configured = given ?? Configured(CliSettings.Read());
        if (!TryAddress(configured, isLive ? "/health/live" : "/health/ready", out var address))
        {
            await errors.WriteLineAsync($"'{configured}' is no address of a gateway. Set ASPNETCORE_URLS, or give {Url}, such as {DefaultUrl}.");
            return CannotRun;
        }

        return await AskAsync(address, output, errors, ct);
    }

    /// <summary>Where a gateway with these settings listens: the first of its addresses, by the server's own order of settings.</summary>
    public static string Configured(IConfiguration settings)
    {
        if (settings.GetSection("Kestrel:Endpoints").GetChildren().Select(static endpoint => endpoint["Url"]).FirstOrDefault(static url => url is { Length: > 0 }) is { } endpoint)
        {
            return endpoint;
        }

        // Variables of the host have these beginnings, which the settings of a web application drop.
        if (First("URLS", ';') is { } url)
        {
            return url;
        }

        return First("HTTP_PORTS", ';') is { } http ? $"http://localhost:{http}"
            : First("HTTPS_PORTS", ';') is { } https ? $"https://localhost:{https}"
            : DefaultUrl;

        string? First(string name, char separator) =>
            (settings[$"ASPNETCORE_{name}"] ?? settings[$"DOTNET_{name}"] ?? settings[name])?.Split(separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault();
    }

    /// <summary>The path there. What listens on every address is asked on the loopback one.</summary>
    public static bool TryAddress(string url, string path, [NotNullWhen(true)] out Uri? address)
    {
        address = null;
        var named = url.Replace("://+", "://localhost", StringComparison.Ordinal).Replace("://*", "://localhost", StringComparison.Ordinal);
        if (!Uri.TryCreate(named, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https"))
        {
            return false;
        }

        var host = IPAddress.TryParse(parsed.Host.Trim('[', ']'), out var ip)
            ? ip.Equals(IPAddress.Any) ? "127.0.0.1" : ip.Equals(IPAddress.IPv6Any) ? "[::1]" : parsed.Host
            : parsed.Host;
        address = new UriBuilder(parsed.Scheme, host, parsed.Port, path).Uri;
        return true;
    }

    private static bool TryRead(string[] args, out bool isLive, out string? url)
    {
        (isLive, url) = (false, null);
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case Live when !isLive:
                    isLive = true;
                    break;
                case Url when url is null && i + 1 < args.Length:
                    url = args[++i];
                    break;
                default:
                    return false;
            }
        }

        return true;
    }

    private static async Task<HttpResponseMessage> AskAsync(HttpMessageInvoker client, Uri address, HttpVersionPolicy policy, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address) { Version = HttpVersion.Version20, VersionPolicy = policy };
        return await client.SendAsync(request, ct);
    }

    private static async Task<int> AskAsync(Uri address, TextWriter output, TextWriter errors, CancellationToken ct)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };

        // On this machine its certificate is for the name that clients use.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, problems) => address.IsLoopback || problems == SslPolicyErrors.None;
        using var client = new HttpMessageInvoker(handler);
        using var timeout = new CancellationTokenSource(Patience, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct);
        try
        {
            var answer = await AskAsync(client, address, HttpVersionPolicy.RequestVersionOrLower, either.Token);
            if (answer.StatusCode == HttpStatusCode.BadRequest && address.Scheme == Uri.UriSchemeHttp)
            {
                // What an endpoint of HTTP/2 alone says to HTTP/1.1, which is what one without TLS is asked in.
                answer.Dispose();
                answer = await AskAsync(client, address, HttpVersionPolicy.RequestVersionExact, either.Token);
            }

            using var answered = answer;
            var body = await answer.Content.ReadAsStringAsync(either.Token);
            await (answer.IsSuccessStatusCode ? output : errors).WriteLineAsync($"{address} answers {(int)answer.StatusCode}: {body}");
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (HttpRequestException exception)
        {
            await errors.WriteLineAsync($"{address} does not answer: {exception.Message}");
            return 1;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            await errors.WriteLineAsync($"{address} does not answer within {Patience.TotalSeconds} s.");
            return 1;
        }
    }
}
