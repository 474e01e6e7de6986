using Gateway.Core.Endpoints;
using Gateway.Files;
using Gateway.Idempotency;
using Gateway.Images;
using Gateway.Ledger;
using Gateway.Pipeline.Multipart;
using Gateway.Responses;
using Gateway.Telemetry;
using Gateway.Telemetry.Prometheus;
using Microsoft.Extensions.Options;

namespace Gateway.Pipeline;

/// <summary>The paths of the inference API.</summary>
internal static class InferenceEndpoints
{
    // The prefix takes its place.
    private const string Version = "/v1";

    private static readonly string[] Read = [HttpMethods.Get, HttpMethods.Head];

    public static IServiceCollection AddPipeline(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<GatewayOptions>().Bind(configuration.GetSection(GatewayOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<GatewayOptions>, GatewayOptionsValidator>();
        services.AddShutdown(configuration);
        services.AddIdempotency(configuration, static provider => () => provider.GetRequiredService<LedgerWriter>().IsSpooling);
        services.AddCors();
        services.AddSingleton(static provider =>
        {
            var buffers = new BodyBuffers(provider.GetRequiredService<IOptions<GatewayOptions>>());
            provider.GetRequiredService<GatewayMetrics>().ObserveBodies(() => buffers.Held);
            return buffers;
        });
        services.AddSingleton<RequestBodyReader>();
        services.AddSingleton<MultipartBodyReader>();
        services.AddSingleton(provider => new ImageResolver(
            provider.GetRequiredService<RemoteImageProbe>(), provider.GetRequiredService<RemotePictures>(), provider.GetRequiredService<FileStore>(), provider.GetRequiredService<ILogger<ImageResolver>>()));
        services.AddStoredResponses();
        services.AddSingleton<StoredReferences>();
        services.AddSingleton<StoredResponseEndpoints>();
        services.AddSingleton<RequestPreparation>();
        services.AddSingleton<ImageDrift>();
        services.AddSingleton<Replays>();
        services.AddSingleton<RequestPipeline>();
        services.AddSingleton<QuoteEndpoint>();
        services.AddSingleton<ModelEndpoints>();
        services.AddSingleton<MeEndpoint>();
        services.AddSingleton<OrganizationEndpoints>();
        services.AddSingleton<FileUploadReader>();
        services.AddSingleton<FileEndpoints>();
        return services;
    }

    /// <summary>What every request passes, in this order: where it came from, its id and its errors' form, whether a page may ask.</summary>
    public static void UsePipeline(this WebApplication app)
    {
        app.UseTrustedProxies(app.Configuration);
        app.UseMiddleware<ExchangeMiddleware>();
        app.UseMetricsPort();
        app.UseCrossOrigin(app.Configuration);
    }

    public static IEndpointRouteBuilder MapInference(this IEndpointRouteBuilder endpoints)
    {
        var options = endpoints.ServiceProvider.GetRequiredService<IOptions<GatewayOptions>>().Value;
        MapInference(endpoints, options.PathPrefix);
        if (options is { PathPrefixOptional: true, PathPrefix.Length: > 0 })
        {
            MapInference(endpoints, "");
        }

        return endpoints;
    }

    private static void MapInference(IEndpointRouteBuilder endpoints, string prefix)
    {
        var services = endpoints.ServiceProvider;
        var pipeline = services.GetRequiredService<RequestPipeline>();
        var quotes = services.GetRequiredService<QuoteEndpoint>();
        var models = services.GetRequiredService<ModelEndpoints>();
        var (me, organization) = (services.GetRequiredService<MeEndpoint>(), services.GetRequiredService<OrganizationEndpoints>());
        var stored = services.GetRequiredService<StoredResponseEndpoints>();
        var files = services.GetRequiredService<FileEndpoints>();
        var api = endpoints.MapGroup(prefix);

        foreach (var endpoint in ApiEndpoint.All)
        {
            var path = endpoint.Path[Version.Length..];
            api.MapPost(path, (RequestDelegate)(context => pipeline.HandleAsync(context, endpoint)));
            if (endpoint.QuoteObject is not null)
            {
                api.MapPost($"{path}/quote", (RequestDelegate)(context => quotes.HandleAsync(context, endpoint)));
            }
        }

        api.MapPost("/messages/count_tokens", (RequestDelegate)(context => quotes.CountAsync(context, ApiEndpoint.CountedMessages)));
        api.MapPost("/responses/input_tokens", (RequestDelegate)(context => quotes.CountAsync(context, ApiEndpoint.Responses)));
        api.MapMethods("/responses/{id}", Read, (RequestDelegate)(context => stored.GetAsync(context, (string)context.Request.RouteValues["id"]!)));
        api.MapMethods("/responses/{id}/input_items", Read, (RequestDelegate)(context => stored.ItemsAsync(context, (string)context.Request.RouteValues["id"]!)));
        api.MapPost("/responses/{id}/cancel", (RequestDelegate)(context => stored.CancelAsync(context, (string)context.Request.RouteValues["id"]!)));
        api.MapDelete("/responses/{id}", (RequestDelegate)(context => stored.DeleteAsync(context, (string)context.Request.RouteValues["id"]!)));
        api.MapMethods("/models", Read, models.ListAsync);

        // Model ids may hold slashes, but none at their end.
        api.MapMethods("/models/{**id}", Read, (RequestDelegate)(context => models.GetAsync(context, ((string)context.Request.RouteValues["id"]!).TrimEnd('/'))));

        api.MapMethods("/me", Read, (RequestDelegate)me.HandleAsync);
        api.MapMethods("/organization/usage/completions", Read, (RequestDelegate)organization.UsageAsync);
        api.MapMethods("/organization/costs", Read, (RequestDelegate)organization.CostsAsync);

        api.MapPost("/files", (RequestDelegate)files.CreateAsync);
        api.MapMethods("/files", Read, (RequestDelegate)files.ListAsync);
        api.MapMethods("/files/{id}", Read, (RequestDelegate)(context => files.GetAsync(context, (string)context.Request.RouteValues["id"]!)));
        api.MapMethods("/files/{id}/content", Read, (RequestDelegate)(context => files.ContentAsync(context, (string)context.Request.RouteValues["id"]!)));
        api.MapDelete("/files/{id}", (RequestDelegate)(context => files.DeleteAsync(context, (string)context.Request.RouteValues["id"]!)));
    }
}
