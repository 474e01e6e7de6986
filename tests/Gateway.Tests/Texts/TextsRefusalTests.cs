using System.Net;
using Gateway.Core.Callers;
using Gateway.Tests.Pipeline;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Texts;

/// <summary>Hostile and mistaken bodies: a 400 that names the field, and nothing sent, kept or charged.</summary>
public sealed class TextsRefusalTests : TextsTest
{
    private const string Deep = "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]";

    [Fact]
    public Task Embeddings_name_what_is_wrong() => ShouldRefuseAsync(
        Embeddings,
        [
            ("", null, null),
            ("[]", null, "invalid_type"),
            ("{\"model\":\"small\",\"input\":\"a\"", null, null),
            ("{\"model\":\"small\",\"input\":\"a\"} x", null, null),
            ("{\"input\":\"a\"}", "model", "missing_required_parameter"),
            ("{\"model\":\"small\"}", "input", "missing_required_parameter"),
            ("{\"model\":3,\"input\":\"a\"}", "model", "invalid_type"),
            ("{\"model\":\"small\",\"input\":null}", "input", "invalid_type"),
            ("{\"model\":\"small\",\"input\":{}}", "input", "invalid_type"),
            ("{\"model\":\"small\",\"input\":\"\"}", "input", "invalid_value"),
            ("{\"model\":\"small\",\"input\":[]}", "input", "empty_array"),
            ("{\"model\":\"small\",\"input\":[\"a\",\"\"]}", "input[1]", "invalid_value"),
            ("{\"model\":\"small\",\"input\":[\"a\",1]}", "input[1]", "invalid_type"),
            ("{\"model\":\"small\",\"input\":[1,\"a\"]}", "input[1]", "invalid_type"),
            ("{\"model\":\"small\",\"input\":[1,1.5]}", "input[1]", "invalid_value"),
            ("{\"model\":\"small\",\"input\":[-1]}", "input[0]", "invalid_value"),
            ("{\"model\":\"small\",\"input\":[[]]}", "input[0]", "empty_array"),
            ("{\"model\":\"small\",\"input\":[[1],[2,\"x\"]]}", "input[1][1]", "invalid_type"),
            ("{\"model\":\"small\",\"input\":[[1],2]}", "input[1]", "invalid_type"),
            ("{\"model\":\"small\",\"input\":[{\"type\":\"text\",\"text\":\"a\"}]}", "input[0]", "invalid_type"),
            ("{\"model\":\"small\",\"input\":\"a\",\"input\":\"b\"}", "input", "duplicate_parameter"),
            ("{\"model\":\"small\",\"input\":\"a\",\"mod\\u0065l\":\"each\"}", "model", "duplicate_parameter"),
            ("{\"model\":\"small\",\"input\":\"a\",\"Input\":\"b\"}", "Input", "unknown_parameter"),
            ("{\"model\":\"small\",\"input\":\"a\",\"encoding_format\":\"hex\"}", "encoding_format", "invalid_value"),
            ("{\"model\":\"small\",\"input\":\"a\",\"encoding_format\":1}", "encoding_format", "invalid_type"),
            ("{\"model\":\"small\",\"input\":\"a\",\"dimensions\":0}", "dimensions", "invalid_value"),
            ("{\"model\":\"small\",\"input\":\"a\",\"dimensions\":\"3\"}", "dimensions", "invalid_type"),
            ("{\"model\":\"small\",\"input\":\"a\",\"dimensions\":1e99}", "dimensions", "invalid_type"),
            ("{\"model\":\"small\",\"input\":\"a\",\"user\":5}", "user", "invalid_type"),
            ("{\"model\":\"small\",\"input\":\"a\",\"service_tier\":\"flex\"}", "service_tier", "unsupported_parameter"),
            ("{\"model\":\"small\",\"input\":\"a\",\"\\ud800\":1}", null, null),
        ]);

    [Fact]
    public Task Completions_name_what_is_wrong() => ShouldRefuseAsync(
        Completions,
        [
            ("{\"model\":\"instruct\"}", "prompt", "missing_required_parameter"),
            ("{\"prompt\":\"a\"}", "model", "missing_required_parameter"),
            ("{\"model\":\"instruct\",\"prompt\":true}", "prompt", "invalid_type"),
            ("{\"model\":\"instruct\",\"prompt\":[null]}", "prompt[0]", "invalid_type"),
            ("{\"model\":\"instruct\",\"prompt\":\"a\",\"n\":0}", "n", "invalid_value"),
            ("{\"model\":\"instruct\",\"prompt\":\"a\",\"n\":129}", "n", "invalid_value"),
            ("{\"model\":\"instruct\",\"prompt\":\"a\",\"n\":3,\"best_of\":2}", "best_of", "invalid_value"),
            ("{\"model\":\"instruct\",\"prompt\":\"a\",\"best_of\":1.5}", "best_of", "invalid_type"),
            ("{\"model\":\"instruct\",\"prompt\":\"a\",\"max_tokens\":-1}", "max_tokens", "invalid_value"),
            ("{\"model\":\"instruct\",\"prompt\":\"a\",\"max_tokens\":99999999999999999999}", "max_tokens", "invalid_type"),
            ("{\"model\":\"instruct\",\"prompt\":\"a\",\"echo\":\"yes\"}", "echo", "invalid_type"),
            ("{\"model\":\"instruct\",\"prompt\":\"a\",\"stream\":1}", "stream", "invalid_type"),
            ("{\"model\":\"instruct\",\"prompt\":\"a\",\"stream_options\":[]}", "stream_options", "invalid_type"),
            ("{\"model\":\"instruct\",\"prompt\":\"a\",\"stream_options\":{\"include_usage\":3}}", "stream_options.include_usage", "invalid_type"),
            ("{\"model\":\"instruct\",\"prompt\":\"a\",\"stream_options\":{\"include_usage\":true,\"include_usage\":false}}", "stream_options.include_usage", "duplicate_parameter"),
            ("{\"model\":\"instruct\",\"prompt\":\"a\",\"stream_options\":{\"Include_Usage\":true}}", "stream_options.Include_Usage", "unknown_parameter"),
            ("{\"model\":\"instruct\",\"prompt\":\"a\",\"Max_Tokens\":9}", "Max_Tokens", "unknown_parameter"),
            ("{\"model\":\"instruct\",\"prompt\":\"a\",\"best_of\":1,\"be\\u0073t_of\":9}", "best_of", "duplicate_parameter"),
            ("{\"model\":\"instruct\",\"prompt\":\"a\",\"x\":" + Deep + "}", null, null),
        ]);

    [Fact]
    public Task Moderations_name_what_is_wrong() => ShouldRefuseAsync(
        Moderations,
        [
            ("{}", "input", "missing_required_parameter"),
            ("{\"model\":\"judge\",\"input\":5}", "input", "invalid_type"),
            ("{\"input\":[]}", "input", "empty_array"),
            ("{\"input\":[1,2]}", "input[0]", "invalid_type"),
            ("{\"input\":[[1]]}", "input[0]", "invalid_type"),
            ("{\"input\":[\"a\",{\"type\":\"text\",\"text\":\"b\"}]}", "input[1]", "invalid_type"),
            ("{\"input\":[{\"type\":\"text\",\"text\":\"b\"},\"a\"]}", "input[1]", "invalid_type"),
            ("{\"input\":[{}]}", "input[0].type", "missing_required_parameter"),
            ("{\"input\":[{\"type\":\"audio\"}]}", "input[0].type", "invalid_value"),
            ("{\"input\":[{\"type\":\"text\"}]}", "input[0].text", "missing_required_parameter"),
            ("{\"input\":[{\"type\":\"text\",\"text\":null}]}", "input[0].text", "invalid_type"),
            ("{\"input\":[{\"type\":\"text\",\"text\":\"a\",\"text\":\"b\"}]}", "input[0].text", "duplicate_parameter"),
            ("{\"input\":[{\"type\":\"text\",\"Text\":\"a\"}]}", "input[0].Text", "unknown_parameter"),
            ("{\"input\":[{\"type\":\"text\",\"text\":\"a\",\"image_url\":{\"url\":\"data:image/png;base64,AAAA\"}}]}", "input[0]", "invalid_value"),
            ("{\"input\":[{\"type\":\"image_url\"}]}", "input[0].image_url", "missing_required_parameter"),
            ("{\"input\":[{\"type\":\"image_url\",\"image_url\":\"https://a/b.png\"}]}", "input[0].image_url", "invalid_type"),
            ("{\"input\":[{\"type\":\"image_url\",\"image_url\":{}}]}", "input[0].image_url.url", "missing_required_parameter"),
            ("{\"input\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"ftp://a/b\"}}]}", "input[0]", "invalid_image_url"),
            ("{\"input\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,bm8gcGljdHVyZQ==\"}}]}", "input[0]", "invalid_image_format"),
            ("{\"model\":\"judge\",\"input\":\"a\",\"INPUT\":\"b\"}", "INPUT", "unknown_parameter"),
        ]);

    [Theory]
    [InlineData(Embeddings, "input", "small")]
    [InlineData(Completions, "prompt", "instruct")]
    [InlineData(Moderations, "input", "judge")]
    public async Task More_texts_than_any_provider_takes_are_refused_unsent(string path, string field, string model)
    {
        var texts = string.Join(',', Enumerable.Repeat("\"a\"", 2049));

        await ShouldRefuseAsync(path, [($$"""{"model":"{{model}}","{{field}}":[{{texts}}]}""", field, "array_above_max_length")]);
    }

    [Theory]
    [InlineData(Embeddings, """{"model":"nobody","input":"a"}""")]
    [InlineData(Moderations, """{"model":"nobody","input":"a"}""")]
    [InlineData(Completions, """{"model":"nobody","prompt":"a"}""")]
    public async Task Unknown_model_is_not_found(string path, string body)
    {
        using var response = await PostAsync(path, body);

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        ((string?)(await response.ErrorAsync())["code"]).ShouldBe("model_not_found");
    }

    [Theory]
    [InlineData(Embeddings)]
    [InlineData(Completions)]
    [InlineData(Moderations)]
    public async Task Form_is_refused_by_its_type(string path)
    {
        using var client = App.Client();
        using var form = new MultipartFormDataContent { { new StringContent("small"), "model" } };

        using var response = await client.PostAsync(path, form, Timeout);

        ((int)response.StatusCode).ShouldBeInRange(400, 415);
        ((string?)(await response.ErrorAsync())["message"]).ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task Keys_that_may_not_use_the_model_are_refused()
    {
        var key = await App.IssueKeyAsync((RateLimits?)null, null, "instruct");

        using var allowed = await PostAsync(Completions, """{"model":"instruct","prompt":"a"}""", key);
        using var refused = await PostAsync(Embeddings, """{"model":"small","input":"a"}""", key);

        (allowed.StatusCode, refused.StatusCode).ShouldBe((HttpStatusCode.OK, HttpStatusCode.NotFound));
    }

    private async Task ShouldRefuseAsync(string path, (string Body, string? Param, string? Code)[] cases)
    {
        foreach (var (body, param, code) in cases)
        {
            using var response = await PostAsync(path, body);

            response.StatusCode.ShouldBe(HttpStatusCode.BadRequest, body);
            var error = await response.ErrorAsync();
            ((string?)error["type"], (string?)error["param"], (string?)error["code"]).ShouldBe(("invalid_request_error", param, code), body);
            ((string?)error["message"]).ShouldNotBeNullOrEmpty(body);
        }

        await ShouldKeepNothingAsync();
        App.Simulator.Requests.Total.ShouldBe(0);
    }
}
