using System.Diagnostics.Metrics;
using Gateway.Telemetry;
using Gateway.Testing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

public sealed class ImageDriftTests : GatewayTest
{
    private readonly ManualClock _clock = new();

    protected override GatewayAppOptions Options => new() { Time = _clock };

    [Fact]
    public async Task Providers_image_tokens_are_compared_with_those_counted()
    {
        using var ratios = Listen();
        App.Simulator.Script.Enqueue("image_tokens=1326;prompt_tokens=1400");

        using var response = await App.ChatAsync(ChatBody.Image(Pictures.PngUrl(2048, 4096), model: "counted"));

        ratios.Seen.ShouldHaveSingleItem().ShouldBe((1.2, "counted", "gpt-4o"));
    }

    [Fact]
    public async Task Without_them_the_prompt_less_its_exact_text_is()
    {
        using var ratios = Listen();
        App.Simulator.Script.Enqueue("prompt_tokens=1117");

        using var response = await App.ChatAsync(ChatBody.Image(Pictures.PngUrl(2560, 1669), model: "counted", stream: true));

        ratios.Seen.ShouldHaveSingleItem().ShouldBe((1.0, "counted", "gpt-4o"));
    }

    [Fact]
    public async Task Text_is_counted_for_one_request_of_a_model_in_a_second()
    {
        using var ratios = Listen();
        for (var i = 0; i < 5; i++)
        {
            App.Simulator.Script.Enqueue("prompt_tokens=1117");
            using var response = await App.ChatAsync(ChatBody.Image(Pictures.PngUrl(2560, 1669), model: "counted"));
        }

        ratios.Seen.Count.ShouldBe(1);
        _clock.Advance(TimeSpan.FromSeconds(1));
        App.Simulator.Script.Enqueue("prompt_tokens=2222");
        using var later = await App.ChatAsync(ChatBody.Image(Pictures.PngUrl(2560, 1669), model: "counted"));

        ratios.Seen.Select(seen => seen.Ratio).ShouldBe([1.0, 2.0]);
    }

    [Fact]
    public async Task Nothing_is_compared_where_the_size_was_assumed_or_the_provider_did_not_say()
    {
        using var ratios = Listen();
        using var remote = await App.ChatAsync(ChatBody.Image("https://images.invalid/cat.png", model: "counted"));
        App.Simulator.Script.Enqueue("no_usage");
        using var silent = await App.ChatAsync(ChatBody.Image(Pictures.PngUrl(10, 10), model: "counted"));
        using var text = await App.ChatAsync(ChatBody.Text("hello", "counted"));

        ratios.Seen.ShouldBeEmpty();
    }

    private Ratios Listen() => new(App.Services.GetRequiredService<IMeterFactory>());

    private sealed class Ratios : IDisposable
    {
        private readonly MeterListener _listener = new();

        public Ratios(IMeterFactory meters)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                // Other gateways of other tests have instruments of the same name.
                if (instrument.Name == "gateway.image.estimate_ratio" && ReferenceEquals(instrument.Meter.Scope, meters))
                {
                    instrument.Unit.ShouldBe("1");
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<double>((_, ratio, tags, _) =>
            {
                var values = tags.ToArray().ToDictionary(tag => tag.Key, tag => (string)tag.Value!, StringComparer.Ordinal);
                lock (Seen)
                {
                    Seen.Add((ratio, values["gen_ai.request.model"], values["gen_ai.response.model"]));
                }
            });
            _listener.Start();
        }

        public List<(double Ratio, string Model, string Upstream)> Seen { get; } = [];

        public void Dispose() => _listener.Dispose();
    }
}
