using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Texts;

public sealed class TextsTelemetryTests : TextsTest
{
    [Theory]
    [InlineData(Embeddings, """{"model":"small","input":"[[prompt_tokens=70]]"}""", "embeddings", "small", 70)]
    [InlineData(Completions, """{"model":"instruct","prompt":"[[prompt_tokens=70]]"}""", "text_completion", "instruct", 70)]
    [InlineData(Moderations, """{"model":"judge","input":"hello"}""", "moderation", "judge", 0)]
    public async Task Operation_is_named_as_the_conventions_have_it(string path, string body, string operation, string model, int tokens)
    {
        await AnswerAsync(path, body);

        var scrape = await ScrapeAsync();
        (string, string)[] labels = [("gen_ai_operation_name", operation), ("gen_ai_request_model", model), ("gen_ai_provider_name", "sim")];
        scrape.Sum("gen_ai_server_request_duration_seconds_count", labels).ShouldBe(1);
        scrape.Sum("gen_ai_client_operation_duration_seconds_count", labels).ShouldBe(1);
        scrape.Sum("gen_ai_client_token_usage_sum", [.. labels, ("gen_ai_token_type", "input")]).ShouldBe(tokens);
        scrape.Sum("gateway_overhead_duration_seconds_count", ("gen_ai_operation_name", operation)).ShouldBe(1);
    }

    /// <summary>A request is measured a moment after its answer.</summary>
    private async Task<Scrape> ScrapeAsync()
    {
        using var client = App.Client();
        while (true)
        {
            var scrape = Scrape.Parse(await client.GetStringAsync("/metrics", Timeout));
            if (scrape.Sum("gen_ai_server_request_duration_seconds_count") > 0)
            {
                return scrape;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Timeout);
        }
    }
}
