namespace Gateway.Telemetry;

/// <summary>What happened, to be told once there is time for it.</summary>
internal interface ITelemetryFact
{
    void Tell(GatewayMetrics metrics, RequestLog log);
}
