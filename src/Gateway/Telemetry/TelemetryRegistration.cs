using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Formatting;
using Serilog.Formatting.Display;
using ILogger = Serilog.ILogger;

namespace Gateway.Telemetry;

internal static class TelemetryRegistration
{
    private const string Readable = "[{Timestamp:HH:mm:ss} {Level:u3}] {Message:lj}{NewLine}{Exception}";

    /// <summary>Logs through Serilog: lines of JSON on the console, in Development lines for the eye. Levels come from the section <c>Serilog</c>.</summary>
    public static WebApplicationBuilder AddTelemetry(this WebApplicationBuilder builder)
    {
        Serilog.Debugging.SelfLog.Enable(Console.Error);
        ITextFormatter formatter = builder.Environment.IsDevelopment() ? new MessageTemplateTextFormatter(Readable) : new JsonLineFormatter();
        var logger = new LoggerConfiguration()
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("Microsoft.Hosting.Lifetime", LogEventLevel.Information)

            // The forwarder says what failed, with the request's id.
            .MinimumLevel.Override("Yarp", LogEventLevel.Fatal)
            .ReadFrom.Configuration(builder.Configuration)
            .WriteTo.Sink(new BackgroundSink(formatter, Console.OpenStandardOutput()))
            .CreateLogger();
        builder.Logging.ClearProviders();

        // This category being heard at all makes ASP.NET Core start an activity and a log scope for each request, which nothing here reads.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.Services.AddSingleton<ILogger>(logger);
        builder.Services.AddSingleton<ILoggerProvider>(_ => new SerilogLoggerProvider(logger, dispose: true));
        builder.Services.AddSingleton<RequestLog>();
        builder.Services.AddSingleton<GatewayMetrics>();
        builder.Services.AddSingleton<Readiness>();
        return builder;
    }
}
