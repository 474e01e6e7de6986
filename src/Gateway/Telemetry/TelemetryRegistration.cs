using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Formatting.Json;
using Serilog.Sinks.SystemConsole.Themes;

namespace Gateway.Telemetry;

internal static class TelemetryRegistration
{
    private const string Readable = "[{Timestamp:HH:mm:ss} {Level:u3}] {Message:lj}{NewLine}{Exception}";

    /// <summary>Logs through Serilog: lines of JSON on the console, in Development lines for the eye. Levels come from the section <c>Serilog</c>.</summary>
    public static WebApplicationBuilder AddTelemetry(this WebApplicationBuilder builder)
    {
        Serilog.Debugging.SelfLog.Enable(Console.Error);
        var console = new LoggerConfiguration().MinimumLevel.Verbose();
        console = builder.Environment.IsDevelopment()
            ? console.WriteTo.Console(outputTemplate: Readable, theme: ConsoleTheme.None)
            : console.WriteTo.Console(new JsonFormatter(renderMessage: false));
        var logger = new LoggerConfiguration()
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("Microsoft.Hosting.Lifetime", LogEventLevel.Information)

            // The forwarder says what failed, with the request's id.
            .MinimumLevel.Override("Yarp", LogEventLevel.Fatal)
            .ReadFrom.Configuration(builder.Configuration)
            .WriteTo.Sink(new BackgroundSink((ILogEventSink)console.CreateLogger()))
            .CreateLogger();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<ILoggerProvider>(_ => new SerilogLoggerProvider(logger, dispose: true));
        builder.Services.AddHealthChecks();
        builder.Services.AddSingleton<RequestLog>();
        return builder;
    }
}
