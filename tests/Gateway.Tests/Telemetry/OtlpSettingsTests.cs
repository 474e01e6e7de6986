using System.Net;
using Gateway.Telemetry;
using Gateway.Telemetry.Prometheus;
using Gateway.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Telemetry;

public sealed class OtlpSettingsTests
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    [Fact]
    public void Nothing_is_exported_without_an_endpoint()
    {
        var settings = OtlpSettings.Read(Of());

        (settings.ExportMetrics, settings.Sampler is not null).ShouldBe((false, false));
    }

    [Theory]
    [InlineData("OTEL_TRACES_SAMPLER", "parentbased_traceidratio", true, true)]
    [InlineData("OTEL_TRACES_SAMPLER", "always_off", true, false)]
    [InlineData("OTEL_TRACES_EXPORTER", "none", true, false)]
    [InlineData("OTEL_METRICS_EXPORTER", "none", false, true)]
    [InlineData("OTEL_SDK_DISABLED", "true", false, false)]
    public void Standard_variables_switch_parts_off(string key, string value, bool metrics, bool traces)
    {
        var settings = OtlpSettings.Read(Of((Endpoint, "http://localhost:4317"), (key, value)));

        (settings.ExportMetrics, settings.Sampler is not null).ShouldBe((metrics, traces));
    }

    [Fact]
    public async Task Gateway_that_measures_nothing_serves_all_the_same()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var app = await GatewayApp.StartAsync(new GatewayAppOptions { Settings = new Dictionary<string, string> { ["OTEL_SDK_DISABLED"] = "true" } });
        using var client = app.Client();

        using var answer = await app.ChatAsync(ChatBody.Text("hi"));
        using var metrics = await client.GetAsync(new Uri("metrics", UriKind.Relative), ct);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        metrics.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await metrics.Content.ReadAsStringAsync(ct)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(Endpoint, "localhost:4317")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")]
    [InlineData("OTEL_TRACES_SAMPLER", "sometimes")]
    [InlineData("OTEL_TRACES_SAMPLER_ARG", "10%")]
    [InlineData("OTEL_TRACES_SAMPLER_ARG", "1.5")]
    [InlineData("OTEL_TRACES_SAMPLER_ARG", "NaN")]
    public void Value_that_cannot_work_is_refused_with_key_value_and_fix(string key, string value)
    {
        var failure = Should.Throw<OptionsValidationException>(() => OtlpSettings.Read(Of((Endpoint, "http://localhost:4317"), (key, value)))).Failures.ShouldHaveSingleItem();

        failure.ShouldStartWith($"{key} is '{value}'. Set it to ");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("65536")]
    [InlineData("-1")]
    [InlineData("http")]
    public void Metrics_port_that_is_none_is_refused(string value) =>
        Should.Throw<OptionsValidationException>(() => MetricsPort.Of(Of((MetricsPort.Key, value)))).Failures.ShouldHaveSingleItem().ShouldStartWith($"{MetricsPort.Key} is '{value}'.");

    private static IConfiguration Of(params (string Key, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.GroupBy(setting => setting.Key).Select(group => new KeyValuePair<string, string?>(group.Key, group.Last().Value)))
        .Build();
}
