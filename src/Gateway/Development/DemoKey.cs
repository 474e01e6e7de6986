using Gateway.Keys;
using Gateway.Storage;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Gateway.Development;

/// <summary>Once the gateway listens: a tenant named demo, a fresh key in place of the last start's, and a request to paste.</summary>
internal sealed class DemoKey(TenantStore tenants, KeyStore keys, IServer server, IHostApplicationLifetime lifetime, IConfiguration configuration, DevelopmentSimulator simulator) : BackgroundService
{
    private const string Demo = "demo";

    // A red PNG of 64 x 64 pixels.
    private const string Picture = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAAT0lEQVR42u3PQQkAAAgEsIty/dMYyQi+hcEKLNO+FgEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQGBywI6LQEAwyG+sAAAAABJRU5ErkJggg==";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);

        var tenant = await tenants.FindByNameAsync(Demo, stoppingToken) ?? await tenants.CreateAsync(new TenantDraft(Demo), Actor.Gateway, stoppingToken);
        var issued = await keys.ReissueAsync(tenant.Id, new KeyDraft(Demo), Actor.Gateway, stoppingToken);
        var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "http://localhost:8080";
        await Console.Out.WriteLineAsync(Welcome(address.Replace("[::]", "localhost", StringComparison.Ordinal).TrimEnd('/'), issued.Secret, configuration[DevelopmentSimulator.AdminKey]!)); // Set by the simulator's composition.
        GC.KeepAlive(simulator);
    }

    private static string Welcome(string address, string key, string adminKey) => $$$"""

        The gateway listens on {{{address}}}. Models whose provider has no key here are answered by the built-in simulator.
        A demo key, good until the next start:

            export OPENAI_BASE_URL={{{address}}}/v1 OPENAI_API_KEY={{{key}}}

        The admin API, for tenants, keys and the ledger:

            curl {{{address}}}/admin/v1/ledger -H "Authorization: Bearer {{{adminKey}}}"

        A first request, with a picture in it:

            curl {{{address}}}/v1/chat/completions -H "Authorization: Bearer {{{key}}}" -H "Content-Type: application/json" -d '{"model":"gpt-4o","messages":[{"role":"user","content":[{"type":"text","text":"What is in this image?"},{"type":"image_url","image_url":{"url":"{{{Picture}}}"}}]}]}' -i

        """;
}
