using Serilog.Events;
using Serilog.Parsing;
using ILogger = Serilog.ILogger;

namespace Gateway.Telemetry;

/// <summary>One structured line for each request, by Serilog, at level Information.</summary>
internal sealed class RequestLog(ILogger logger)
{
    public const string Property = "Request";
    private static readonly MessageTemplate Template = new MessageTemplateParser().Parse("{Request:l}");

    public bool IsEnabled => logger.IsEnabled(LogEventLevel.Information);

    public void Write(EndedRequest request) =>
        logger.Write(new LogEvent(request.EndedAt, LogEventLevel.Information, null, Template, [new LogEventProperty(Property, request)]));
}
