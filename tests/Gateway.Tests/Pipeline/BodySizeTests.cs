using System.Net;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

public sealed class BodySizeTests : GatewayTest
{
    protected override GatewayAppOptions Options => new()
    {
        Settings = new Dictionary<string, string> { ["Gateway:MaxBodyBytes"] = "4096" },
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Body_over_the_cap_is_refused_with_413(bool chunked)
    {
        using var client = App.Client();
        var content = new StringContent(ChatBody.Text(new string('x', 5000)));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = content };
        request.Headers.TransferEncodingChunked = chunked;

        using var response = await client.SendAsync(request, Timeout);

        response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        ((string?)(await response.ErrorAsync())["code"]).ShouldBe("request_too_large");
        App.Simulator.Requests.Total.ShouldBe(0);
    }

    [Fact]
    public async Task Chunked_body_under_the_cap_is_read()
    {
        using var client = App.Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new StringContent(ChatBody.Text(new string('x', 3000))) };
        request.Headers.TransferEncodingChunked = true;

        using var response = await client.SendAsync(request, Timeout);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await App.Simulator.Requests.WaitForAsync(1, Timeout))[0].Header("Content-Length").ShouldNotBeNull();
    }
}
