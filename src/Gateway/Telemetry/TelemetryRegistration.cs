using System.Diagnostics.Metrics;
using Gateway.Telemetry.Prometheus;
using Gateway.Telemetry.Tracing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;
using ILogger = Serilog.ILogger;

namespace Gateway.Telemetry;

internal static class TelemetryRegistration
{
    /// <summary>Logs through Serilog: lines of JSON on the console, in Development lines for the eye. Levels come from the section <c>Serilog</c>.</summary>
    public static WebApplicationBuilder AddTelemetry(this WebApplicationBuilder builder)
    {
        Serilog.Debugging.SelfLog.Enable(Console.Error);
        ILineFormatter formatter = builder.Environment.IsDevelopment() ? new ReadableLineFormatter() : new JsonLineFormatter();
        var console = new BackgroundSink(formatter, Console.OpenStandardOutput());
        var logger = new LoggerConfiguration()
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("Microsoft.Hosting.Lifetime", LogEventLevel.Information)

            // The forwarder says what failed, with the request's id.
            .MinimumLevel.Override("Yarp", LogEventLevel.Fatal)
            .ReadFrom.Configuration(builder.Configuration)
            .WriteTo.Sink(console)
            .CreateLogger();
        builder.Logging.ClearProviders();

        // Serilog's section alone rules; but what it wants nowhere is not even offered to it.
        builder.Logging.SetMinimumLevel(LowestLevel(builder.Configuration));

        // This category being heard at all makes ASP.NET Core start an activity and a log scope for each request, which nothing here reads.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<ILogger>(logger);
        builder.Services.AddSingleton<ILoggerProvider>(_ => new SerilogLoggerProvider(logger, dispose: true));
        builder.Services.AddSingleton<RequestLog>();
        builder.Services.AddSingleton(provider =>
        {
            var metrics = new GatewayMetrics(provider.GetRequiredService<IMeterFactory>(), provider.GetRequiredService<TimeProvider>());
            metrics.ObserveLog(() => console.Dropped);
            return metrics;
        });
        builder.Services.AddSingleton<TelemetryRecorder>();
        builder.Services.AddSingleton<RequestTraces>();
        builder.Services.AddSingleton<MetricsEndpoint>();
        builder.Services.AddSingleton<Readiness>();

        // First to start and last to stop: it hears of everything.
        builder.Services.AddHostedService<TelemetryExport>();
        return builder;
    }

    private static LogLevel LowestLevel(ConfigurationManager configuration)
    {
        var section = configuration.GetSection("Serilog:MinimumLevel");
        return section.GetSection("Override").GetChildren().Append(section).Append(section.GetSection("Default"))
            .Select(static level => Enum.TryParse<LogEventLevel>(level.Value, ignoreCase: true, out var parsed) ? LevelConvert.ToExtensionsLevel(parsed) : LogLevel.Information)
            .Min();
    }
}
