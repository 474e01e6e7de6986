using Gateway;
using Gateway.Admin;
using Gateway.Catalog;
using Gateway.Cli;
using Gateway.Development;
using Gateway.Files;
using Gateway.Forwarding;
using Gateway.Forwarding.Routing;
using Gateway.Funds;
using Gateway.Images;
using Gateway.Keys;
using Gateway.Ledger;
using Gateway.Limits;
using Gateway.Pipeline;
using Gateway.Storage;
using Gateway.Telemetry;

try
{
    if (Subcommands.TryFind(args, out var subcommand))
    {
        return await subcommand();
    }

    // Watching appsettings.json would watch the data directory beside it, and wake for each write to the database there.
    var builder = WebApplication.CreateBuilder([.. args, "--hostBuilder:reloadConfigOnChange=false"]);
    builder.WebHost.ConfigureKestrel(kestrel => kestrel.RememberKeys().AddServerHeader = false);

    // Nothing on a request's way blocks a thread, so a hop to another one for each read and write buys nothing.
    builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
    builder.ListenByDefault("http://localhost:8080");

    builder.AddTelemetry();
    builder.Services.AddStorage(builder.Configuration);
    builder.Services.AddFunds(builder.Configuration, provider => () => provider.GetRequiredService<LedgerWriter>().IsSpooling);
    builder.Services.AddLedger(provider => provider.GetService<LocalFunds>() is { } funds ? funds.Commit : null);
    builder.Services.AddKeys();
    builder.Services.AddCatalog(builder.Configuration, provider => provider.GetRequiredService<Router>().First);
    builder.Services.AddLimits(builder.Configuration, provider => () => provider.GetRequiredService<CatalogStore>().Current.Limits.WhenRedisIsDown);
    builder.Services.AddImages(builder.Configuration);
    builder.Services.AddFiles(builder.Configuration);
    builder.Services.AddForwarding(builder.Configuration, provider => provider.GetRequiredService<CatalogStore>().CurrentDeployments);
    builder.Services.AddPipeline(builder.Configuration);
    builder.Services.AddAdmin(builder.Configuration);
    await DevelopmentSimulator.AddDevelopmentAsync(builder);

    var app = builder.Build();
    app.UsePipeline();
    app.MapInference();
    app.MapAdmin();
    app.MapHealth();
    await app.RunAsync();
    return 0;
}
catch (Exception exception) when (StartFailure.TryDescribe(exception, out var description))
{
    await Console.Error.WriteLineAsync(description);
    return 1;
}
