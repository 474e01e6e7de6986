using Gateway.Simulator.Behaviors;
using Gateway.Simulator.Recording;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Gateway.Simulator;

/// <summary>A running simulator on a socket of its own. It logs nothing.</summary>
public sealed class SimulatorHost : IAsyncDisposable
{
    private readonly KestrelServer _server;

    private SimulatorHost(KestrelServer server, Uri baseAddress, SimulatorRecorder requests, SimulatorScript script)
    {
        _server = server;
        BaseAddress = baseAddress;
        OpenAiBase = new Uri(baseAddress, "v1");
        Requests = requests;
        Script = script;
    }

    /// <summary>Where it listens, such as <c>http://127.0.0.1:41234/</c>.</summary>
    public Uri BaseAddress { get; }

    /// <summary>The base URL for an OpenAI client, such as <c>http://127.0.0.1:41234/v1</c>.</summary>
    public Uri OpenAiBase { get; }

    /// <summary>What was received.</summary>
    public SimulatorRecorder Requests { get; }

    /// <summary>What the next requests get.</summary>
    public SimulatorScript Script { get; }

    /// <summary>Starts listening.</summary>
    /// <exception cref="IOException">The address is taken.</exception>
    public static async Task<SimulatorHost> StartAsync(SimulatorOptions options, CancellationToken cancellationToken)
    {
        var kestrel = new KestrelServerOptions { AddServerHeader = false };
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;

        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        var server = new KestrelServer(Options.Create(kestrel), transport, NullLoggerFactory.Instance);
        try
        {
            var addresses = server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
            addresses.Add(options.Url?.GetLeftPart(UriPartial.Authority) ?? "http://127.0.0.1:0");

            var recorder = new SimulatorRecorder(options);
            var script = new SimulatorScript();
            await server.StartAsync(new SimulatorApplication(options, recorder, script), cancellationToken);
            return new SimulatorHost(server, Reachable(addresses.First()), recorder, script);
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>Stops at once: requests still in progress are broken off.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(new CancellationToken(canceled: true));
        _server.Dispose();
    }

    /// <summary>An address that listens on every interface is reached on the loopback one.</summary>
    private static Uri Reachable(string address) => new(address
        .Replace("//[::]", "//127.0.0.1", StringComparison.Ordinal)
        .Replace("//0.0.0.0", "//127.0.0.1", StringComparison.Ordinal));
}
