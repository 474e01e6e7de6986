//using Gateway.Admin;
using Gateway.Catalog;
using Gateway.Development;
using Gateway.Forwarding;
using Gateway.Keys;
using Gateway.Ledger;
using Gateway.Limits;
using Gateway.Pipeline;
using Gateway.Storage;
using Gateway.Telemetry;

var builder = WebApplication.CreateBuilder(args);
builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
builder.ListenByDefault("http://localhost:8080");

builder.AddTelemetry();
builder.Services.AddStorage(builder.Configuration);
builder.Services.AddLedger();
builder.Services.AddKeys();
builder.Services.AddCatalog(builder.Configuration);
builder.Services.AddSingleton<ILimiter, InMemoryLimiter>();
builder.Services.AddForwarding();
builder.Services.AddPipeline(builder.Configuration);
//builder.Services.AddAdmin(builder.Configuration);
await DevelopmentSimulator.AddDevelopmentAsync(builder);

var app = builder.Build();
app.UseMiddleware<ExchangeMiddleware>();
app.MapInference();
//app.MapAdmin();
app.MapHealth();
await app.RunAsync();
