using System.Net;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

public sealed class ImageFieldTests : GatewayTest
{
    private static readonly string Picture = Convert.ToBase64String(Pictures.Png(1024, 1024));

    [Fact]
    public async Task Field_is_unknown_to_a_card_that_does_not_accept_it()
    {
        using var response = await App.ChatAsync(Body("gpt-4o", "\"url\":\"https://example.com/a.png\""));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var error = await response.ErrorAsync();
        ((string?)error["code"], (string?)error["param"]).ShouldBe(("unknown_parameter", "messages[0].image"));
        App.Simulator.Requests.Total.ShouldBe(0);
    }

    [Fact]
    public async Task Field_of_an_accepting_card_is_priced_and_sent_as_a_part()
    {
        using var response = await App.ChatAsync(Body("counted", $"\"base64\":\"{Picture}\""));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.Images, row.ImageTokensEstimated).ShouldBe((1, 765));
        (await App.Simulator.Requests.WaitForAsync(1, Timeout))[0].BodyText.ShouldBe(
            $$$"""{"model":"gpt-4o","messages":[{"role":"user","content":[{"type":"text","text":"What is it?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,{{{Picture}}}"}}]}]}""");
    }

    [Theory]
    [InlineData("\"base64\":\"!!!!\"", "invalid_base64_image")]
    [InlineData("\"base64\":\"aGVsbG8gd29ybGQsIHRoaXMgaXMgbm90IGFuIGltYWdl\"", "invalid_image_format")]
    [InlineData("\"url\":\"ftp://example.com\"", "invalid_image_url")]
    [InlineData("\"detail\":\"low\"", "missing_required_parameter")]
    public async Task Bad_field_is_refused_by_its_path(string image, string code)
    {
        using var response = await App.ChatAsync(Body("counted", image));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var error = await response.ErrorAsync();
        ((string?)error["code"]).ShouldBe(code);
        ((string?)error["param"])!.ShouldStartWith("messages[0].image");
    }

    private static string Body(string model, string image) =>
        "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"What is it?\",\"image\":{" + image + "}}]}";
}
