using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Core.Streaming;
using Gateway.Testing;
using Gateway.Tests.Pipeline;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Media;

public sealed class ImageTests : MediaTest
{
    [Fact]
    public async Task Pictures_come_and_are_billed_by_their_tokens()
    {
        using var response = await PostAsync("/v1/images/generations", """{"model":"gpt-image-1","prompt":"A harbour at dawn","n":2,"size":"1024x1024","quality":"low","x":[1]}""");

        var answer = await response.JsonAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.OK, answer.ToJsonString());
        answer["data"]!.AsArray().Count.ShouldBe(2);
        Convert.FromBase64String((string)answer["data"]![0]!["b64_json"]!).AsSpan(1, 3).SequenceEqual("PNG"u8).ShouldBeTrue();
        var sent = (await App.Simulator.Requests.WaitForAsync(1, Timeout))[0];
        Encoding.UTF8.GetString(sent.Body.Span).ShouldBe("""{"model":"gpt-image-upstream","prompt":"A harbour at dawn","n":2,"size":"1024x1024","quality":"low","x":[1]}""");

        // 5 tokens of text at 5 dollars and 544 of pictures at 40, a million.
        var row = await RowAsync();
        ShouldBe(row, "/v1/images/generations", UsageSource.Provider, "0.021785");
        (row.PromptTokens, row.ImageOutputTokens, row.OutputImages).ShouldBe((5, 544, 2));
        response.Header("x-gateway-cost-usd").ShouldBe("0.021785");
    }

    [Theory]
    [InlineData(2, "0.04", "0.08")]
    [InlineData(1, "0.02", "0.04")]
    public async Task Pictures_without_usage_are_billed_each(int n, string amount, string list)
    {
        using var response = await PostAsync("/v1/images/generations", $$"""{"model":"pictures","prompt":"A boat","n":{{n}},"response_format":"url"}""");

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var row = await RowAsync();
        ShouldBe(row, "/v1/images/generations", UsageSource.Counted, amount);
        row.ListAmount.ToString().ShouldBe(list);
        row.OutputImages.ShouldBe(n);
    }

    [Fact]
    public async Task Stream_ends_with_its_picture_behind_its_cost()
    {
        using var response = await PostAsync("/v1/images/generations", """{"model":"gpt-image-1","prompt":"A boat","stream":true,"partial_images":2,"quality":"low"}""");

        var text = await response.Content.ReadAsStringAsync(Timeout);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        var blocks = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        blocks.Length.ShouldBe(4, text.Length > 500 ? text[..500] : text);
        blocks[0].ShouldStartWith("event: image_generation.partial_image\ndata: {");
        blocks[2].ShouldStartWith(": x-gateway-cost-usd=");
        blocks[3].ShouldStartWith("event: image_generation.completed\ndata: {\"type\":\"image_generation.completed\"");

        // 2 tokens of text, 272 + 2 x 100 of pictures.
        var row = await RowAsync();
        ShouldBe(row, "/v1/images/generations", UsageSource.Provider, "0.01889");
        (row.Stream, row.OutputImages, row.ImageOutputTokens).ShouldBe((true, 1, 472));
    }

    [Fact]
    public async Task Stream_that_breaks_off_ends_in_an_error_and_is_told_as_one()
    {
        App.Simulator.Script.Enqueue("stream_error=1");

        using var response = await PostAsync("/v1/images/generations", """{"model":"gpt-image-1","prompt":"A boat","stream":true,"partial_images":2,"quality":"low"}""");

        var text = await response.Content.ReadAsStringAsync(Timeout);
        text.ShouldContain("\"error\":");
        text.ShouldNotContain("image_generation.completed");
        var row = await RowAsync();
        (row.Outcome, row.OutputImages).ShouldBe((AnswerOutcome.UpstreamFailed, 0));
    }

    [Theory]
    [InlineData("low", 194 + 323)]
    [InlineData("high", 194 + 4160 + 323 + 6240)]
    public async Task Edit_by_form_weighs_its_pictures_and_passes_byte_for_byte(string fidelity, long tokens)
    {
        App.Simulator.Script.Enqueue("no_usage");
        using var form = Form(("prompt", "Make it night"), ("input_fidelity", fidelity), ("x-other", "passes"));
        WithFile(form, "image[]", Pictures.Png(1024, 1024), "../../etc/passwd");
        WithFile(form, "image[]", Pictures.Png(1024, 1536, 5000), "b.png");
        form.Add(new StringContent("gpt-image-1"), "model"); // Behind the files.
        var body = await form.ReadAsByteArrayAsync(Timeout);

        using var response = await PostAsync("/v1/images/edits", form);

        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Timeout));
        var sent = (await App.Simulator.Requests.WaitForAsync(1, Timeout))[0];
        Encoding.Latin1.GetString(sent.Body.Span).ShouldBe(Encoding.Latin1.GetString(body).Replace("\r\n\r\ngpt-image-1\r\n", "\r\n\r\ngpt-image-upstream\r\n", StringComparison.Ordinal));
        sent.Header("Content-Type")!.ShouldContain("boundary=\"----media\"");
        var row = await RowAsync();
        (row.ImageTokens, row.ImageTokensEstimated, row.UsageSource, row.Images).ShouldBe((tokens, tokens, UsageSource.Estimated, 2));
    }

    [Fact]
    public async Task Edit_by_json_weighs_its_pictures()
    {
        using var response = await PostAsync("/v1/images/edits", $$"""{"model":"gpt-image-1","prompt":"Night","quality":"low","images":[{"image_url":"{{Pictures.PngUrl(1024, 1536)}}"}]}""");

        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Timeout));
        var row = await RowAsync();
        (row.Endpoint, row.ImageTokensEstimated, row.ImageTokens).ShouldBe(("/v1/images/edits", 323, 323));
    }

    [Fact]
    public async Task Variation_is_billed_by_the_picture()
    {
        using var response = await PostAsync("/v1/images/variations", WithFile(Form(("model", "pictures"), ("n", "3")), "image", Pictures.Png(64, 64)));

        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Timeout));
        ShouldBe(await RowAsync(), "/v1/images/variations", UsageSource.Counted, "0.06");
    }

    [Fact]
    public async Task Quote_of_pictures_bounds_what_they_cost()
    {
        using var response = await PostAsync("/v1/images/generations/quote", """{"model":"gpt-image-1","prompt":"A harbour at dawn","n":2,"size":"1024x1024","quality":"low"}""");

        var quote = await response.JsonAsync();
        ((string?)quote["object"]).ShouldBe("image.generation.quote");
        ((long)quote["output_images"]!).ShouldBe(2);
        ((long)quote["max_completion_tokens"]!).ShouldBe(272);
        Decimal(quote["amount"]!["maximum"]!).ShouldBe(0.02176m + Decimal(quote["amount"]!["minimum"]!));
        (await App.RowsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Quote_of_an_edit_shows_each_picture()
    {
        using var form = WithFile(Form(("model", "gpt-image-1"), ("prompt", "Night"), ("input_fidelity", "high")), "image", Pictures.Png(1536, 1024));

        using var response = await PostAsync("/v1/images/edits/quote", form);

        var quote = await response.JsonAsync();
        ((string?)quote["object"]).ShouldBe("image.edit.quote", quote.ToJsonString());
        var picture = quote["images"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)picture["path"]).ShouldBe("image[0]");
        ((string?)picture["source"]).ShouldBe("upload");
        ((string?)picture["formula"]).ShouldBe("openai-image-65-129");
        ((long)picture["tokens"]!).ShouldBe(323 + 6240);
    }

    [Theory]
    [InlineData("""{"prompt":"x"}""", "model")]
    [InlineData("""{"model":"gpt-image-1"}""", "prompt")]
    [InlineData("""{"model":"gpt-image-1","prompt":1}""", "prompt")]
    [InlineData("""{"model":"gpt-image-1","prompt":"x","n":0}""", "n")]
    [InlineData("""{"model":"gpt-image-1","prompt":"x","n":11}""", "n")]
    [InlineData("""{"model":"gpt-image-1","prompt":"x","n":"2"}""", "n")]
    [InlineData("""{"model":"gpt-image-1","prompt":"x","partial_images":4}""", "partial_images")]
    [InlineData("""{"model":"gpt-image-1","prompt":"x","N":2}""", "N")]
    [InlineData("""{"model":"gpt-image-1","prompt":"x","model":"pictures"}""", "model")]
    public async Task Body_that_cannot_be_priced_is_refused_by_name(string body, string field)
    {
        using var response = await PostAsync("/v1/images/generations", body);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        ((string?)(await response.ErrorAsync())["message"])!.ShouldContain($"'{field}'");
        await ShouldKeepNothingAsync();
    }

    private static decimal Decimal(JsonNode node) => decimal.Parse((string)node!, System.Globalization.CultureInfo.InvariantCulture);
}
