using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Core.Callers;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

public sealed class QuoteTests : GatewayTest
{
    [Fact]
    public async Task Quote_shows_part_by_part_how_it_came_about()
    {
        var body = ChatBody.Image(Pictures.PngUrl(2048, 4096), detail: "high", model: "gpt-4-vision-preview");

        var quote = await QuoteAsync(body);

        JsonNode.DeepEquals(quote, JsonNode.Parse("""
            {"object":"chat.completion.quote","model":"gpt-4-vision-preview","upstream":{"provider":"sim","model":"gpt-4o"},"currency":"USD",
             "prompt_tokens":1117,"text_tokens":12,"image_tokens":1105,"max_completion_tokens":300,
             "images":[{"path":"messages[0].content[1]","source":"data_url","format":"png","width":2048,"height":4096,"detail":"high",
                        "formula":"openai-tile-85-170","scaled_width":768,"scaled_height":1536,"tiles":6,"tokens":1105}],
             "price":{"from":"2025-01-01","per_request":"0.04","list":{"per_request":"0.05"},"discount":"0.20"},
             "amount":{"minimum":"0.04","maximum":"0.04"},
             "limits":{"tokens_charged":1417,"would_be_admitted":true,"refused_by":null}}
            """)).ShouldBeTrue(quote.ToJsonString());
        App.Simulator.Requests.Total.ShouldBe(0);
        (await App.RowsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Text_is_counted_exactly_where_there_is_a_tokenizer()
    {
        var quote = await QuoteAsync(ChatBody.Image(Pictures.PngUrl(2560, 1669), model: "counted"));

        ((long)quote["text_tokens"]!, (long)quote["image_tokens"]!, (long)quote["prompt_tokens"]!).ShouldBe((12, 1105, 1117));
        ((string?)quote["images"]![0]!["counted_as"]).ShouldBe("high");
        ((string?)quote["price"]!["discount"]).ShouldBe("0.50");
        ((string?)quote["amount"]!["minimum"]).ShouldBe("0.0027925");
        ((string?)quote["amount"]!["maximum"]).ShouldBe("0.0127925");
    }

    [Fact]
    public async Task Text_longer_than_any_model_reads_is_estimated()
    {
        var quote = await QuoteAsync(ChatBody.Text(string.Concat(Enumerable.Repeat("what is it? ", 1_000_000)), model: "counted"));

        // 64ths of a token: 14 for each of eleven letters and spaces, 29 for the sign; and 7 for the message. It counts some 4 million.
        ((long)quote["text_tokens"]!).ShouldBe((((11 * 14) + 29) * 1_000_000 / 64) + 7);
    }

    [Fact]
    public async Task Patches_are_shown_with_their_multiplier()
    {
        var quote = await QuoteAsync(ChatBody.Image(Pictures.PngUrl(1024, 512), model: "patches"));

        var image = quote["images"]![0]!;
        ((int)image["patches"]!, (string?)image["multiplier"], (long)image["tokens"]!).ShouldBe((512, "1.62", 830));
        image["tiles"].ShouldBeNull();
    }

    [Theory]
    [InlineData(1800, 2400, "high", "image_too_large", "messages[0].content[1]")]
    [InlineData(10, 10, "original", "invalid_value", "messages[0].content[1].image_url.detail")]
    public async Task Image_that_the_model_would_refuse_is_refused_before_it_is_sent(int width, int height, string detail, string code, string param)
    {
        using var response = await App.ChatAsync(ChatBody.Image(Pictures.PngUrl(width, height), model: "patches", detail: detail));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var error = await response.ErrorAsync();
        ((string?)error["code"], (string?)error["param"]).ShouldBe((code, param));
        App.Simulator.Requests.Total.ShouldBe(0);
        (await App.RowsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Limit_that_would_refuse_is_named_and_nothing_is_taken_from_it()
    {
        var key = await App.IssueKeyAsync(keyLimits: new RateLimits { TokensPerMinute = 1500, RequestsPerMinute = 2 });
        var fits = ChatBody.Image(Pictures.PngUrl(2048, 4096), model: "gpt-4-v");
        var doesNot = ChatBody.Image(Pictures.PngUrl(2048, 4096), new string('x', 2000), model: "gpt-4-v");

        for (var i = 0; i < 5; i++)
        {
            ((bool)(await QuoteAsync(fits, key))["limits"]!["would_be_admitted"]!).ShouldBeTrue();
        }

        var limits = (await QuoteAsync(doesNot, key))["limits"]!;
        ((bool)limits["would_be_admitted"]!).ShouldBeFalse();
        ((string?)limits["refused_by"])!.ShouldEndWith(", tokens_per_minute");
        ((string?)limits["refused_by"])!.ShouldStartWith("key key_");
    }

    [Fact]
    public async Task Quote_needs_a_key_and_a_body_that_could_be_sent()
    {
        using var client = App.Client("sk-gw-nobody");
        using var stranger = await client.PostAsync("/v1/chat/completions/quote", new StringContent("{}"), Timeout);
        stranger.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        using var broken = await PostAsync("{\"model\":\"gpt-4o\"}", App.Key);
        ((string?)(await broken.ErrorAsync())["param"]).ShouldBe("messages");
        using var text = await PostAsync(ChatBody.Image(Pictures.PngUrl(1, 1), model: "text-only"), App.Key);
        ((string?)(await text.ErrorAsync())["code"]).ShouldBe("invalid_content_type");
    }

    [Fact]
    public async Task Quotes_of_one_tenant_beyond_its_share_are_told_to_come_back()
    {
        using var client = App.Client();
        var asked = new List<(TcpClient Connection, Stream Stream)>();
        for (var i = 0; i < 16; i++)
        {
            var connection = new TcpClient();
            await connection.ConnectAsync(App.Address.Host, App.Address.Port, Timeout);
            await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                $"POST /v1/chat/completions/quote HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {App.Key}\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n"), Timeout);

            // The go-ahead comes when the body is wanted: the slot is taken.
            var answer = new byte[25];
            await connection.GetStream().ReadExactlyAsync(answer, Timeout);
            Encoding.ASCII.GetString(answer).ShouldStartWith("HTTP/1.1 100");
            asked.Add((connection, connection.GetStream()));
        }

        using var refused = await PostAsync(ChatBody.Text("Hello"), App.Key);
        var stranger = await App.IssueKeyAsync();
        using var other = await PostAsync(ChatBody.Text("Hello"), stranger);

        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Header("retry-after").ShouldBe("1");
        other.StatusCode.ShouldBe(HttpStatusCode.OK);
        asked.ForEach(each => each.Connection.Dispose());
    }

    [Fact]
    public async Task Quote_of_text_has_no_images()
    {
        var quote = await QuoteAsync(ChatBody.Text("Hello, how are you?", "counted"));

        ((long)quote["prompt_tokens"]!, (long)quote["image_tokens"]!).ShouldBe((13, 0));
        quote["images"]!.AsArray().ShouldBeEmpty();
    }

    private async Task<JsonNode> QuoteAsync(string body, string? key = null)
    {
        using var response = await PostAsync(body, key ?? App.Key);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Timeout));
        response.Header("x-request-id").ShouldNotBeNull();
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(Timeout))!;
    }

    private async Task<HttpResponseMessage> PostAsync(string body, string key)
    {
        using var client = App.Client(key);
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return await client.PostAsync("/v1/chat/completions/quote", content, Timeout);
    }
}
