using Gateway.Conformance.Running;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Conformance.Wire;

/// <summary>What the provider receives of a body: the client's bytes, but for the edits that must be.</summary>
public sealed class BodyTests(RunningGateway gateway)
{
    // Unknown fields, odd whitespace and order, every way to write a character or a number.
    private const string Odd = "\t{ \"temperature\" : 1.50E0,\r\n \"x_unknown\":{\"deep\":[null,{\"a\":[ ]}],\"n\":-0.0,\"big\":12345678901234567890123},\n"
        + "\"messages\"  :[{\"content\":[{\"text\":\"gr\\u00fc\\u00DF \\ud83d\\ude00 \\/ 日本\",\"type\":\"text\",\"cache\":true}],\"role\":\"user\",\"name\":\"n\"}],"
        + "\"empty\":\"\", \"model\"\t: \"gpt-4o\" ,\"metadata\":{\"model\":\"gpt-4o\"},\"seed\":007e0}\n\n";

    private static readonly string Body = Odd.Replace("007e0", "7", StringComparison.Ordinal);

    [Fact]
    public async Task All_but_the_model_name_arrives_byte_for_byte()
    {
        var answer = await gateway.PostAsync(await gateway.NewKeyAsync(), Body);

        answer.Status.ShouldBe(200, answer.Body);
        gateway.Upstream(answer.RequestId).BodyText.ShouldBe(WithUpstreamModel(Body));
    }

    [Fact]
    public async Task Body_that_is_no_JSON_is_refused_before_the_provider()
    {
        var answer = await gateway.PostAsync(await gateway.NewKeyAsync(), Odd);

        answer.Status.ShouldBe(400);
        gateway.Provider.Requests.Snapshot().ShouldNotContain(request => request.Header("X-Client-Request-Id") == answer.RequestId);
    }

    [Fact]
    public async Task Picture_arrives_byte_for_byte()
    {
        var body = """{"model":"gpt-4o","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"URL","detail":"high"}}]}]}"""
            .Replace("URL", Pictures.PngUrl(700, 500).Replace("/", "\\/", StringComparison.Ordinal), StringComparison.Ordinal);

        var answer = await gateway.PostAsync(await gateway.NewKeyAsync(), body);

        answer.Status.ShouldBe(200, answer.Body);
        gateway.Upstream(answer.RequestId).BodyText.ShouldBe(WithUpstreamModel(body));
    }

    [Fact]
    public async Task Stream_gains_include_usage_and_nothing_else()
    {
        const string Asked = """{ "model":"gpt-4o", "stream" :true, "messages":[{"role":"user","content":"Hello"}] }""";

        var answer = await gateway.PostAsync(await gateway.NewKeyAsync(), Asked);

        answer.Status.ShouldBe(200, answer.Body);
        var sent = gateway.Upstream(answer.RequestId).BodyText;
        sent.Replace("\"stream_options\":{\"include_usage\":true},", "", StringComparison.Ordinal).ShouldBe(WithUpstreamModel(Asked));
        sent.Length.ShouldBe(WithUpstreamModel(Asked).Length + "\"stream_options\":{\"include_usage\":true},".Length);
    }

    [Theory]
    [InlineData("""{"include_usage":false,"include_obfuscation":false}""", """{"include_usage":true,"include_obfuscation":false}""")]
    [InlineData("""{"include_obfuscation":false}""", """{"include_usage":true,"include_obfuscation":false}""")]
    [InlineData("""{ }""", """{"include_usage":true }""")]
    [InlineData("""null""", """{"include_usage":true}""")]
    [InlineData("""{"include_usage": true}""", """{"include_usage": true}""")]
    public async Task Stream_options_keep_what_they_say_besides(string asked, string sent)
    {
        var body = $$"""{"stream":true,"stream_options":{{asked}},"model":"gpt-4o","messages":[{"role":"user","content":"Hello"}]}""";

        var answer = await gateway.PostAsync(await gateway.NewKeyAsync(), body);

        answer.Status.ShouldBe(200, answer.Body);
        gateway.Upstream(answer.RequestId).BodyText.ShouldBe(WithUpstreamModel(body).Replace(asked, sent, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{DROP,\"model\":MODEL,MESSAGES,\"top_p\":0.90}", "{\"max_tokens\":300,\"model\":MODEL,MESSAGES,\"top_p\":0.90}")]
    [InlineData("{ DROP , DROP2 ,\"model\":MODEL,MESSAGES}", "{\"max_tokens\":300,  \"model\":MODEL,MESSAGES}")]
    [InlineData("{\"model\":MODEL, DROP, DROP2,MESSAGES}", "{\"max_tokens\":300,\"model\":MODEL,MESSAGES}")]
    [InlineData("{\"model\":MODEL,MESSAGES,DROP,DROP2}", "{\"max_tokens\":300,\"model\":MODEL,MESSAGES}")]
    [InlineData("{DROP,\"model\":MODEL,DROP2,\"max_tokens\":7,MESSAGES}", "{\"model\":MODEL,\"max_tokens\":7,MESSAGES}")]
    public async Task Parameter_policy_edits_only_what_it_names(string asked, string expected)
    {
        var body = Filled(asked, Offer.PerRequest);

        var answer = await gateway.PostAsync(await gateway.NewKeyAsync(), body);

        answer.Status.ShouldBe(200, answer.Body);
        gateway.Upstream(answer.RequestId).BodyText.ShouldBe(Filled(expected, Offer.UpstreamChat));
    }

    private static string Filled(string template, string model) => template
        .Replace("DROP2", "\"logprobs\":false", StringComparison.Ordinal)
        .Replace("DROP", "\"logit_bias\":{\"50256\":-100}", StringComparison.Ordinal)
        .Replace("MESSAGES", "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]", StringComparison.Ordinal)
        .Replace("MODEL", $"\"{model}\"", StringComparison.Ordinal);

    // The first one outside of strings of other meaning: the property of the request itself.
    private static string WithUpstreamModel(string body)
    {
        var at = body.IndexOf("\"model\"", StringComparison.Ordinal);
        var name = body.IndexOf("\"gpt-4o\"", at, StringComparison.Ordinal);
        return string.Concat(body.AsSpan(0, name + 1), Offer.UpstreamChat, body.AsSpan(name + 1 + "gpt-4o".Length));
    }
}
