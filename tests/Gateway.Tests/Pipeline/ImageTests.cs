using System.Net;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

public sealed class ImageTests : GatewayTest
{
    [Theory]
    [InlineData(1024, 1024, "high", 765)]
    [InlineData(2048, 4096, "high", 1105)]
    [InlineData(4096, 8192, "low", 85)]
    [InlineData(1024, 1024, null, 765)]
    [InlineData(2560, 1669, "auto", 1105)]
    public async Task Image_is_counted_before_it_is_sent(int width, int height, string? detail, long tokens)
    {
        using var response = await App.ChatAsync(ChatBody.Image(Pictures.PngUrl(width, height), detail: detail));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.ImageTokensEstimated, row.Images).ShouldBe((tokens, 1));
    }

    [Fact]
    public async Task Published_sample_weighs_what_the_provider_billed()
    {
        App.Simulator.Script.Enqueue("no_usage");

        using var response = await App.ChatAsync(ChatBody.Image(Pictures.PngUrl(2560, 1669), "What's in this image?"));

        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.PromptTokens, row.ImageTokens).ShouldBe((1117, 1105));
    }

    [Fact]
    public async Task Images_add_up_in_whichever_role_and_remote_ones_count_as_the_largest()
    {
        var body = $$"""
            {"model":"gpt-4o","messages":[
              {"role":"system","content":[{{ChatBody.Part(Pictures.PngUrl(512, 512))}}]},
              {"role":"assistant","content":[{{ChatBody.Part(Pictures.PngUrl(1024, 1024), "low")}}]},
              {"role":"user","content":[{{ChatBody.Part("https://example.com/cat.png")}},{{ChatBody.Part("https://example.com/cat.png", "low")}}]},
              {"role":"tool","tool_call_id":"1","content":[{{ChatBody.Part(Pictures.PngUrl(2048, 4096), "high")}}]}]}
            """;

        using var response = await App.ChatAsync(body);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.ImageTokensEstimated, row.Images).ShouldBe((255 + 85 + 1445 + 85 + 1105, 5));
    }

    [Theory]
    [InlineData("data:text/plain;base64,aGVsbG8=", "invalid_image_format")]
    [InlineData("data:image/png;base64,aGVsbG8gd29ybGQsIHRoaXMgaXMgbm90IGFuIGltYWdl", "invalid_image_format")]
    [InlineData("data:image/png;base64,iVBORw0KGgo!!!!", "invalid_base64_image")]
    [InlineData("data:image/png;base64,", "empty_image_file")]
    [InlineData("data:image/png,plain", "invalid_image_url")]
    [InlineData("ftp://example.com/cat.png", "invalid_image_url")]
    [InlineData("cat.png", "invalid_image_url")]
    [InlineData("", "invalid_image_url")]
    [InlineData("data:image/png;base64,iVBORw0KGgoAAAANSUhEUg==", "image_parse_error")]
    public async Task Bad_image_is_refused_by_its_part_and_costs_nothing(string url, string code)
    {
        using var response = await App.ChatAsync(ChatBody.Image(url));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var error = await response.ErrorAsync();
        ((string?)error["code"]).ShouldBe(code);
        ((string?)error["type"]).ShouldBe("invalid_request_error");
        ((string?)error["param"]).ShouldBe("messages[0].content[1]");
        App.Simulator.Requests.Total.ShouldBe(0);
        (await App.RowsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Image_of_more_than_20_MB_is_refused_and_one_of_20_MB_taken()
    {
        using var most = await App.ChatAsync(ChatBody.Image(Pictures.PngUrl(1024, 1024, (20 * 1024 * 1024) - 45)));
        using var more = await App.ChatAsync(ChatBody.Image(Pictures.PngUrl(1024, 1024, (20 * 1024 * 1024) - 44)));

        most.StatusCode.ShouldBe(HttpStatusCode.OK);
        ((string?)(await more.ErrorAsync())["code"]).ShouldBe("image_too_large");
    }

    [Fact]
    public async Task Wrong_image_type_is_accepted_because_the_bytes_decide()
    {
        using var response = await App.ChatAsync(ChatBody.Image(Pictures.PngUrl(1024, 1024).Replace("image/png", "image/webp", StringComparison.Ordinal)));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await App.RowsAsync()).ShouldHaveSingleItem().ImageTokensEstimated.ShouldBe(765);
    }

    [Fact]
    public async Task Slashes_escaped_as_php_writes_them_are_understood()
    {
        var url = Pictures.PngUrl(1024, 1024).Replace("/", "\\/", StringComparison.Ordinal);

        using var data = await App.ChatAsync(ChatBody.Image(url));
        using var remote = await App.ChatAsync(ChatBody.Image("https:\\/\\/example.com\\/cat.png"));

        data.StatusCode.ShouldBe(HttpStatusCode.OK);
        remote.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await App.RowsAsync()).Select(row => row.ImageTokensEstimated).ShouldBe([1445, 765]);
    }

    [Fact]
    public async Task Text_model_refuses_an_image()
    {
        using var response = await App.ChatAsync(ChatBody.Image(Pictures.PngUrl(10, 10), model: "text-only"));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        ((string?)(await response.ErrorAsync())["message"])!.ShouldContain("image_url is only supported by certain models");
    }

    [Theory]
    [InlineData("input_audio", "{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"AAAA\",\"format\":\"wav\"}}")]
    [InlineData("file", "{\"type\":\"file\",\"file\":{\"file_data\":\"data:application/pdf;base64,AAAA\"}}")]
    public async Task Content_that_the_card_does_not_take_is_refused_by_its_part(string type, string part)
    {
        using var response = await App.ChatAsync("{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":[" + part + "]}]}");

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var error = await response.ErrorAsync();
        ((string?)error["param"]).ShouldBe("messages[0].content[0]");
        ((string?)error["message"])!.ShouldContain(type);
    }

    [Fact]
    public async Task More_images_than_allowed_are_refused()
    {
        var parts = string.Join(',', Enumerable.Repeat(ChatBody.Part(Pictures.PngUrl(10, 10)), 51));

        using var response = await App.ChatAsync($$"""{"model":"gpt-4o","messages":[{"role":"user","content":[{{parts}}]}]}""");

        ((string?)(await response.ErrorAsync())["code"]).ShouldBe("too_many_images");
    }
}
