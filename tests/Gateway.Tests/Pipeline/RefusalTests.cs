using System.Net;
using System.Net.Sockets;
using System.Text;
using Gateway.Core.Callers;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

public sealed class RefusalTests : GatewayTest
{
    private const string Ok = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";

    public static TheoryData<string, string?, string?> BadBodies() => new()
    {
        { "", null, null },
        { "{", null, null },
        { "nonsense", null, null },
        { "[1,2,3]", "invalid_type", null },
        { "\"text\"", "invalid_type", null },
        { "null", "invalid_type", null },
        { "{} {}", null, null },
        { "{\"model\":\"gpt-4o\"}", "missing_required_parameter", "messages" },
        { "{" + Ok + "}", "missing_required_parameter", "model" },
        { "{\"model\":7," + Ok + "}", "invalid_type", "model" },
        { "{\"model\":\"\"," + Ok + "}", "invalid_value", "model" },
        { "{\"model\":\"gpt-4o\",\"messages\":{}}", "invalid_type", "messages" },
        { "{\"model\":\"gpt-4o\",\"messages\":[]}", "empty_array", "messages" },
        { "{\"model\":\"gpt-4o\",\"messages\":[7]}", "invalid_type", "messages[0]" },
        { "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":7}]}", "invalid_type", "messages[0].content" },
        { "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":[\"x\"]}]}", "invalid_type", "messages[0].content[0]" },
        { "{\"model\":\"gpt-4o\",\"model\":\"gpt-4-v\"," + Ok + "}", "duplicate_parameter", "model" },
        { "{\"model\":\"gpt-4o\",\"\\u006dodel\":\"gpt-4-v\"," + Ok + "}", "duplicate_parameter", "model" },
        { "{\"model\":\"gpt-4o\"," + Ok + "," + Ok + "}", "duplicate_parameter", "messages" },
        { "{\"model\":\"gpt-4o\",\"max_tokens\":1,\"max_tokens\":100000," + Ok + "}", "duplicate_parameter", "max_tokens" },
        { "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"a\",\"content\":\"b\"}]}", "duplicate_parameter", "messages[0].content" },
        { "{\"model\":\"gpt-4o\",\"stream\":true,\"stream_options\":{\"include_usage\":true,\"include_usage\":false}," + Ok + "}", "duplicate_parameter", "stream_options.include_usage" },
        { "{\"model\":\"gpt-4o\",\"stream\":\"yes\"," + Ok + "}", "invalid_type", "stream" },
        { "{\"model\":\"gpt-4o\",\"stream_options\":[]," + Ok + "}", "invalid_type", "stream_options" },
        { "{\"model\":\"gpt-4o\",\"max_tokens\":-1," + Ok + "}", "invalid_value", "max_tokens" },
        { "{\"model\":\"gpt-4o\",\"max_tokens\":1.5," + Ok + "}", "invalid_type", "max_tokens" },
        { "{\"model\":\"gpt-4o\",\"max_completion_tokens\":99999999999999999999," + Ok + "}", "invalid_type", "max_completion_tokens" },
        { "{\"model\":\"gpt-4o\",\"n\":0," + Ok + "}", "invalid_value", "n" },
        { "{\"model\":\"gpt-4o\",\"n\":129," + Ok + "}", "invalid_value", "n" },
        { "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"a\",\"image\":{\"url\":\"https://x/y.png\"}}]}", "unknown_parameter", "messages[0].image" },
        { "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]}", "missing_required_parameter", "messages[0].content[0].image_url" },
        { "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":\"https://x/y.png\"}]}]}", "invalid_type", "messages[0].content[0].image_url" },
        { "{\"model\":\"gpt-4o\",\"x\":\"" + "\\ud800" + "\",\"\\ud800\":1," + Ok + "}", null, null },
        { "{\"model\":\"gpt-4o\",\"x\":" + new string('[', 64) + new string(']', 64) + "," + Ok + "}", null, null },
    };

    [Theory]
    [MemberData(nameof(BadBodies))]
    public async Task Bad_body_gets_a_400_that_names_the_field_and_costs_nothing(string body, string? code, string? param)
    {
        using var response = await App.ChatAsync(body);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var answer = await response.JsonAsync();
        ((string?)answer["error"]!["type"]).ShouldBe("invalid_request_error");
        ((string?)answer["error"]!["code"]).ShouldBe(code);
        ((string?)answer["error"]!["param"]).ShouldBe(param);
        ((string?)answer["error"]!["message"]).ShouldNotBeNullOrWhiteSpace();
        ((string?)answer["trace_id"])!.Length.ShouldBe(32);
        await NothingHappened();
    }

    [Fact]
    public async Task Nesting_of_64_is_read_and_65_refused()
    {
        static string Nested(int depth) => "{\"model\":\"gpt-4o\",\"x\":" + new string('[', depth - 1) + new string(']', depth - 1) + "," + Ok + "}";

        using var deepest = await App.ChatAsync(Nested(64));
        using var deeper = await App.ChatAsync(Nested(65));

        deepest.StatusCode.ShouldBe(HttpStatusCode.OK);
        ((string?)(await deeper.ErrorAsync())["message"])!.ShouldContain("64");
    }

    [Fact]
    public async Task Invalid_utf8_is_refused()
    {
        using var client = App.Client();
        byte[] body = [.. "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\""u8, 0xC3, 0x28, .. "\"}]}"u8];

        using var response = await GatewayApp.ChatAsync(client, body, HttpCompletionOption.ResponseContentRead, Timeout);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        ((string?)(await response.ErrorAsync())["message"])!.ShouldContain("UTF-8");
        await NothingHappened();
    }

    [Theory]
    [InlineData("gpt-5-unknown", HttpStatusCode.NotFound, "model_not_found")]
    [InlineData("GPT-4O", HttpStatusCode.NotFound, "model_not_found")]
    [InlineData("soon", HttpStatusCode.NotFound, "model_not_available")]
    [InlineData("unconfigured", HttpStatusCode.ServiceUnavailable, "no_deployment_available")]
    public async Task Model_that_cannot_be_used_is_refused(string model, HttpStatusCode status, string code)
    {
        using var response = await App.ChatAsync(ChatBody.Text("hello", model: model));

        response.StatusCode.ShouldBe(status);
        ((string?)(await response.ErrorAsync())["code"]).ShouldBe(code);
        await NothingHappened();
    }

    [Fact]
    public async Task Wrong_and_missing_keys_are_refused_and_not_echoed()
    {
        using var client = new HttpClient { BaseAddress = App.Address };
        const string Wrong = "sk-gw-0123456789012345678901234567890123456789012abcdef";

        using var missing = await GatewayApp.ChatAsync(client, "{}"u8.ToArray(), HttpCompletionOption.ResponseContentRead, Timeout);
        using var wrong = await App.ChatAsync("{}", Wrong);

        missing.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await missing.ErrorAsync())["code"].ShouldBeNull();
        wrong.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        ((string?)(await wrong.ErrorAsync())["code"]).ShouldBe("invalid_api_key");
        (await wrong.Content.ReadAsStringAsync()).ShouldNotContain(Wrong);
    }

    [Fact]
    public async Task Unknown_path_and_method_get_bodies_of_openais_form()
    {
        using var client = App.Client();

        using var path = await client.PostAsync("/v1/nothing", new StringContent("{}"), Timeout);
        using var method = await client.GetAsync("/v1/chat/completions", Timeout);

        path.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        ((string?)(await path.ErrorAsync())["message"]).ShouldBe("Invalid URL (POST /v1/nothing)");
        path.Header("x-request-id").ShouldNotBeNull();
        method.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        ((string?)(await method.ErrorAsync())["type"]).ShouldBe("invalid_request_error");
    }

    [Fact]
    public async Task Caller_over_its_limit_is_refused_with_its_body_unread()
    {
        var key = await App.IssueKeyAsync(keyLimits: new RateLimits { RequestsPerMinute = 1 });
        using var first = await App.ChatAsync(ChatBody.Text("hello"), key);

        // A body that is announced and never sent: an answer can only come to one who does not wait for it.
        using var socket = new TcpClient();
        await socket.ConnectAsync(App.Address.Host, App.Address.Port, Timeout);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n"), Timeout);
        var line = await new StreamReader(stream).ReadLineAsync(Timeout);

        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        line.ShouldBe("HTTP/1.1 429 Too Many Requests");
    }

    private async Task NothingHappened()
    {
        App.Simulator.Requests.Total.ShouldBe(0);
        (await App.RowsAsync()).ShouldBeEmpty();
    }
}
