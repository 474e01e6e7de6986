namespace Gateway.Telemetry.Prometheus;

/// <summary>What <c># TYPE</c> says.</summary>
internal enum PrometheusKind
{
    Counter,
    Gauge,
    Histogram,
}
