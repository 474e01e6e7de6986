using Gateway.Testing;
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
        using var metrics = Listen();
        App.Simulator.Script.Enqueue("image_tokens=1326;prompt_tokens=1400");

        using var response = await App.ChatAsync(ChatBody.Image(Pictures.PngUrl(2048, 4096), model: "counted"));

        (await RatiosAsync(metrics, 1)).ShouldHaveSingleItem().ShouldBe((1.2, "counted", "gpt-4o"));
    }

    [Fact]
    public async Task Without_them_the_prompt_less_its_exact_text_is()
    {
        using var metrics = Listen();
        App.Simulator.Script.Enqueue("prompt_tokens=1117");

        using var response = await App.ChatAsync(ChatBody.Image(Pictures.PngUrl(2560, 1669), model: "counted", stream: true));

        (await RatiosAsync(metrics, 1)).ShouldHaveSingleItem().ShouldBe((1.0, "counted", "gpt-4o"));
    }

    [Fact]
    public async Task Text_is_counted_for_one_request_of_a_model_in_a_second()
    {
        using var metrics = Listen();
        for (var i = 0; i < 5; i++)
        {
            App.Simulator.Script.Enqueue("prompt_tokens=1117");
            using var response = await App.ChatAsync(ChatBody.Image(Pictures.PngUrl(2560, 1669), model: "counted"));
        }

        (await RatiosAsync(metrics, 5)).Count().ShouldBe(1);
        _clock.Advance(TimeSpan.FromSeconds(1));
        App.Simulator.Script.Enqueue("prompt_tokens=2222");
        using var later = await App.ChatAsync(ChatBody.Image(Pictures.PngUrl(2560, 1669), model: "counted"));

        (await RatiosAsync(metrics, 6)).Select(static seen => seen.Ratio).ShouldBe([1.0, 2.0]);
    }

    [Fact]
    public async Task Nothing_is_compared_where_the_size_was_assumed_or_the_provider_did_not_say()
    {
        using var metrics = Listen();
        using var remote = await App.ChatAsync(ChatBody.Image("https://images.invalid/cat.png", model: "counted"));
        App.Simulator.Script.Enqueue("no_usage");
        using var silent = await App.ChatAsync(ChatBody.Image(Pictures.PngUrl(10, 10), model: "counted"));
        using var text = await App.ChatAsync(ChatBody.Text("hello", "counted"));

        (await RatiosAsync(metrics, 3)).ShouldBeEmpty();
    }

    private MetricCollector Listen() => new(App.Services, "gateway.");

    /// <summary>What was compared once so many requests have ended.</summary>
    private static async Task<IEnumerable<(double Ratio, string? Model, string? Upstream)>> RatiosAsync(MetricCollector metrics, int requests)
    {
        var seen = await metrics.WaitForAsync("gateway.overhead.duration", requests, TestContext.Current.CancellationToken);
        metrics.Instruments["gateway.image.estimate_ratio"].ShouldBe("1");
        return seen
            .Where(static seen => seen.Name == "gateway.image.estimate_ratio")
            .Select(static seen => (seen.Value, (string?)seen.Tags["gen_ai.request.model"], (string?)seen.Tags["gen_ai.response.model"]));
    }
}
