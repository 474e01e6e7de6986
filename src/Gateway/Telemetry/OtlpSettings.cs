using System.Globalization;
using Microsoft.Extensions.Options;
using OpenTelemetry.Trace;

namespace Gateway.Telemetry;

/// <summary>
/// What OpenTelemetry's standard variables say of the export, as far as the gateway itself goes by them; the rest (headers, timeouts, intervals, resource
/// attributes) the SDK reads.
/// </summary>
internal sealed class OtlpSettings
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string Protocol = "OTEL_EXPORTER_OTLP_PROTOCOL";
    private const string SamplerName = "OTEL_TRACES_SAMPLER";
    private const string SamplerArgument = "OTEL_TRACES_SAMPLER_ARG";

    private static readonly string[] Protocols = ["grpc", "http/protobuf"];

    private static readonly string[] Samplers =
        ["parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio", "always_on", "always_off", "traceidratio"];

    private OtlpSettings(bool metrics, Sampler? sampler) => (ExportMetrics, Sampler) = (metrics, sampler);

    public bool ExportMetrics { get; }

    /// <summary>Decides which traces are exported; null = none is begun.</summary>
    public Sampler? Sampler { get; }

    /// <exception cref="OptionsValidationException">A variable has a value that nothing can be made of.</exception>
    public static OtlpSettings Read(IConfiguration configuration)
    {
        var failures = new List<string>();
        if (configuration[Endpoint] is not { Length: > 0 } endpoint || configuration["OTEL_SDK_DISABLED"] is "true" or "True" or "TRUE")
        {
            return new OtlpSettings(metrics: false, sampler: null);
        }

        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            failures.Add($"{Endpoint} is '{endpoint}'. Set it to the collector's URL, such as http://localhost:4317, or leave it out to export nothing.");
        }

        Check(configuration, Protocol, Protocols, failures);
        Check(configuration, SamplerName, Samplers, failures);
        var share = 1d;
        if (configuration[SamplerArgument] is { Length: > 0 } argument
            && !(double.TryParse(argument, NumberStyles.Float, CultureInfo.InvariantCulture, out share) && share is >= 0 and <= 1))
        {
            failures.Add($"{SamplerArgument} is '{argument}'. Set it to the share of traces to keep, from 0 to 1, or leave it out for 1.");
        }

        return failures.Count > 0
            ? throw new OptionsValidationException(nameof(OtlpSettings), typeof(OtlpSettings), failures)
            : new OtlpSettings(
                configuration["OTEL_METRICS_EXPORTER"] is not "none",
                configuration["OTEL_TRACES_EXPORTER"] is "none" ? null : SamplerOf(configuration[SamplerName], share));
    }

    private static Sampler? SamplerOf(string? name, double share) => name switch
    {
        "always_off" => null,
        "always_on" => new AlwaysOnSampler(),
        "traceidratio" => new TraceIdRatioBasedSampler(share),
        "parentbased_always_off" => new ParentBasedSampler(new AlwaysOffSampler()),
        "parentbased_traceidratio" => new ParentBasedSampler(new TraceIdRatioBasedSampler(share)),
        _ => new ParentBasedSampler(new AlwaysOnSampler()),
    };

    private static void Check(IConfiguration configuration, string key, string[] allowed, List<string> failures)
    {
        if (configuration[key] is { Length: > 0 } value && !allowed.Contains(value, StringComparer.Ordinal))
        {
            failures.Add($"{key} is '{value}'. Set it to one of {string.Join(", ", allowed)}, or leave it out for {allowed[0]}.");
        }
    }
}
