using System.Diagnostics.Metrics;
using Gateway.Core.Admission;
using Gateway.Limits;
using Gateway.Storage;
using Gateway.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace Gateway.Backends.Tests.Limits;

public sealed class LimitsRegistrationTests
{
    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    public async Task Without_redis_limits_are_kept_in_memory(string? setting)
    {
        await using var services = Build(("ConnectionStrings:Redis", setting));

        services.GetRequiredService<ILimiter>().ShouldBeOfType<InMemoryLimiter>();
        services.GetService<RedisConnection>().ShouldBeNull();
    }

    [Fact]
    public async Task With_redis_limits_are_shared_and_warmed_up_at_start()
    {
        await using var services = Build(("ConnectionStrings:Redis", "cache.example:6380,password=secret"));

        services.GetRequiredService<ILimiter>().ShouldBeOfType<SharedLimiter>();
        services.GetServices<IHostedService>().ShouldContain(hosted => hosted is RedisKeeper);
        services.GetRequiredService<RedisConnection>().Endpoint.ShouldBe("cache.example:6380");
    }

    [Fact]
    public async Task An_outage_shows_as_a_gauge()
    {
        await using var services = Build(("ConnectionStrings:Redis", "cache.example:6380"));
        var outage = services.GetRequiredService<RedisOutage>();
        var meters = services.GetRequiredService<IMeterFactory>();
        var measured = new List<int>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument is { Name: "gateway.limits.redis_outage", Unit: "{outage}" } && ReferenceEquals(instrument.Meter.Scope, meters))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<int>((_, value, tags, _) =>
        {
            tags.Length.ShouldBe(0);
            measured.Add(value);
        });
        listener.Start();

        listener.RecordObservableInstruments();
        outage.Failed(new TimeoutException("too slow"));
        listener.RecordObservableInstruments();

        measured.ShouldBe([0, 1]);
    }

    [Fact]
    public async Task A_request_waits_for_redis_no_longer_than_50_ms_unless_set()
    {
        await using var services = Build();

        services.GetRequiredService<IOptions<LimitsOptions>>().Value.RedisTimeoutMs.ShouldBe(50);
    }

    [Theory]
    [InlineData("redis://user:secret@localhost:6379")]
    [InlineData("localhost:6379,secret=1,pasword=secret")]
    [InlineData("password=secret")]
    public void Setting_that_cannot_be_used_is_named_and_not_repeated(string setting)
    {
        var failure = Should.Throw<OptionsValidationException>(() => Build(("ConnectionStrings:Redis", setting)));

        failure.Message.ShouldStartWith("ConnectionStrings:Redis cannot be used: ");
        failure.Message.ShouldContain("localhost:6379.");
        failure.Message.ShouldNotContain("secret@");
        failure.Message.ShouldNotContain("=secret");
    }

    [Fact]
    public async Task Timeout_out_of_range_is_refused_with_key_value_and_fix()
    {
        await using var services = Build(("Gateway:Limits:RedisTimeoutMs", "0"));

        var failure = Should.Throw<OptionsValidationException>(() => services.GetRequiredService<IOptions<LimitsOptions>>().Value);

        failure.Message.ShouldBe("Gateway:Limits:RedisTimeoutMs is 0. Set it to milliseconds from 10 to 5000.");
    }

    private static ServiceProvider Build(params (string Key, string? Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(static setting => KeyValuePair.Create(setting.Key, setting.Value)))
            .Build();
        return new ServiceCollection()
            .AddLogging()
            .AddMetrics()
            .AddSingleton<GatewayMetrics>()
            .AddLimits(configuration, static _ => static () => RedisDownPolicy.LocalShare)
            .BuildServiceProvider();
    }
}
