using System.Text.Json.Nodes;
using Gateway.Simulator;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Simulator.Dialects;

public sealed class AnthropicRefusalTests
{
    private const SimulatorDialect Anthropic = SimulatorDialect.Anthropic;
    private const string Valid = """{"model":"claude-test","max_tokens":4096,"messages":[{"role":"user","content":"Hello"}]}""";

    [Theory]
    [InlineData("model", null, "model: Field required")]
    [InlineData("model", "7", "model: Input should be a valid string")]
    [InlineData("max_tokens", null, "max_tokens: Field required")]
    [InlineData("max_tokens", "0", "max_tokens: Input should be greater")]
    [InlineData("max_tokens", "1e400", "max_tokens: Input should be a valid integer")]
    [InlineData("messages", null, "messages: Field required")]
    [InlineData("messages", "[]", "messages: at least one message")]
    [InlineData("n", "1", "n: Extra inputs")]
    [InlineData("frequency_penalty", "0", "frequency_penalty: Extra inputs")]
    [InlineData("stream", "\"yes\"", "stream: Input should be a valid boolean")]
    [InlineData("stream_options", "{}", "stream_options: Extra inputs")]
    [InlineData("temperature", "1.5", "temperature: range")]
    [InlineData("top_p", "-1", "top_p: range")]
    [InlineData("stop_sequences", "\"END\"", "stop_sequences: Input should be a valid list")]
    [InlineData("stop_sequences", "[\" \"]", "stop_sequences.0: each stop sequence")]
    [InlineData("metadata", """{"user":"u"}""", "metadata.user: Extra inputs")]
    [InlineData("service_tier", "\"default\"", "service_tier: Input should be one of")]
    [InlineData("system", "7", "system: Input should be")]
    [InlineData("system", """[{"type":"text","text":""}]""", "system: text content blocks must be non-empty")]
    [InlineData("thinking", """{"type":"enabled"}""", "thinking.enabled.budget_tokens: Field required")]
    [InlineData("thinking", """{"type":"enabled","budget_tokens":1000}""", "thinking.enabled.budget_tokens: Input should be greater")]
    [InlineData("thinking", """{"type":"enabled","budget_tokens":4096}""", "max_tokens: `max_tokens` must be greater")]
    [InlineData("output_config", """{"format":{"type":"json_schema","schema":{"type":"object"}}}""", "output_config.format.schema: For 'object' type")]
    [InlineData("tool_choice", """{"type":"auto"}""", "tool_choice: may only be specified")]
    public async Task Field_that_the_provider_would_refuse_is_refused(string field, string? value, string complaint)
    {
        var body = JsonNode.Parse(Valid)!.AsObject();
        if (value is null)
        {
            body.Remove(field);
        }

        var text = value is null ? body.ToJsonString() : $"{{\"{field}\":{value},{Without(body, field)[1..]}";

        await ShouldBeRefusedAsync(text, complaint);
    }

    [Theory]
    [InlineData("""{"role":"system","content":"Be brief"}""", "messages.0.role: Input should be one of")]
    [InlineData("""{"role":"assistant","content":"Hello"}""", "messages: first message must use")]
    [InlineData("""{"role":"user","content":""}""", "messages.0: all messages must have non-empty content")]
    [InlineData("""{"role":"user","content":" "}""", "messages: text content blocks must contain non-whitespace")]
    [InlineData("""{"role":"user","content":[]}""", "messages.0: all messages must have non-empty content")]
    [InlineData("""{"role":"user","content":null}""", "messages.0.content: Input should be")]
    [InlineData("""{"role":"user","content":"Hello","name":"Ann"}""", "messages.0.name: Extra inputs")]
    [InlineData("""{"role":"user","content":[{"type":"text","text":""}]}""", "messages: text content blocks must be non-empty")]
    [InlineData("""{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"x"}}]}""", "messages.0.content.1: Input tag 'image_url'")]
    [InlineData("""{"role":"user","content":[{"type":"tool_use","id":"a","name":"b","input":{}}]}""", "messages.0.content.0: `tool_use` blocks can only be in `assistant`")]
    [InlineData("""{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"x"}]}""", "messages.0.content.0: unexpected `tool_use_id`")]
    [InlineData("""{"role":"user","content":"a"},{"role":"assistant","content":"Well "}""", "messages: final assistant content cannot end")]
    [InlineData("""{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"tool_use","id":"call 1","name":"b","input":{}}]}""", "messages.1.content.0.tool_use.id: String should match")]
    [InlineData("""{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"b","input":"{}"}]}""", "messages.1.content.0.tool_use.input: Input should be a valid dictionary")]
    [InlineData("""{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"b","input":{}}]}""", "messages.1: `tool_use` ids were found without")]
    [InlineData("""{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"b","input":{}}]},{"role":"user","content":"x"}""", "messages.1: `tool_use` ids were found without")]
    [InlineData("""{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"b","input":{}}]},{"role":"user","content":[{"type":"text","text":"x"},{"type":"tool_result","tool_use_id":"a","content":"y"}]}""", "messages.1: `tool_use` ids were found without")]
    [InlineData("""{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"b","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a"},{"type":"tool_result","tool_use_id":"a"}]}""", "messages.1: each tool_use must have a single result")]
    [InlineData("""{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"b","input":{}},{"type":"tool_use","id":"a","name":"b","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a"}]}""", "messages.1: `tool_use` ids must be unique")]
    public async Task Messages_that_the_provider_would_refuse_are_refused(string messages, string complaint) =>
        await ShouldBeRefusedAsync($$"""{"model":"claude-test","max_tokens":10,"messages":[{{messages}}]}""", complaint);

    [Fact]
    public async Task Results_split_over_messages_of_one_role_are_taken_together()
    {
        await using var session = await SimulatorSession.StartAsync();
        const string body = """
            {"model":"claude-test","max_tokens":10,"messages":[{"role":"user","content":"a"},
             {"role":"assistant","content":[{"type":"tool_use","id":"a","name":"b","input":{}},{"type":"tool_use","id":"c","name":"b","input":{}}]},
             {"role":"user","content":[{"type":"tool_result","tool_use_id":"c"}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"x"},{"type":"text","text":"so?"}]}]}
            """;

        using var response = await session.SendAsync(Anthropic, body);

        ((int)response.StatusCode).ShouldBe(200);
    }

    [Theory]
    [InlineData("""{"name":"a"}""", "tools.0.input_schema: Field required")]
    [InlineData("""{"name":"a","input_schema":{}}""", "tools.0.custom.input_schema.type: Field required")]
    [InlineData("""{"name":"a","input_schema":{"type":"object","anyOf":[]}}""", "tools.0.custom.input_schema: does not support anyOf")]
    [InlineData("""{"name":"a b","input_schema":{"type":"object"}}""", "tools.0.custom.name: String should match")]
    [InlineData("""{"type":"function","function":{"name":"a"}}""", "tools.0.function: Extra inputs")]
    [InlineData("""{"name":"a","input_schema":{"type":"object"}},{"name":"a","input_schema":{"type":"object"}}""", "tools: Tool names must be unique")]
    public async Task Tools_that_the_provider_would_refuse_are_refused(string tools, string complaint) =>
        await ShouldBeRefusedAsync($"{{\"tools\":[{tools}],{Valid[1..]}", complaint);

    [Theory]
    [InlineData("""{"type":"required"}""", "tool_choice.type: Input should be one of")]
    [InlineData("""{"type":"tool"}""", "tool_choice.tool.name: Field required")]
    [InlineData("""{"type":"tool","name":"b"}""", "tool_choice.tool.name: Tool 'b' is not among")]
    [InlineData("""{"type":"none","disable_parallel_tool_use":true}""", "tool_choice.none.disable_parallel_tool_use: Extra inputs")]
    public async Task Tool_choice_that_the_provider_would_refuse_is_refused(string choice, string complaint) =>
        await ShouldBeRefusedAsync($"{{\"tools\":[{{\"name\":\"a\",\"input_schema\":{{\"type\":\"object\"}}}}],\"tool_choice\":{choice},{Valid[1..]}", complaint);

    [Theory]
    [InlineData("""{"type":"base64","media_type":"image/bmp","data":"AAAA"}""", "messages.0.content.0.image.source.base64.media_type: Input should be one of")]
    [InlineData("""{"type":"base64","media_type":"image/png","data":""}""", "messages.0.content.0.image.source.base64: image cannot be empty")]
    [InlineData("""{"type":"base64","media_type":"image/png","data":"data:image/png;base64,AAAA"}""", "messages.0.content.0.image.source.base64.data: Invalid base64")]
    [InlineData("""{"type":"base64","media_type":"image/png","data":"AAAA"}""", "messages.0.content.0.image.source.base64: Could not process image")]
    [InlineData("""{"type":"url","url":"http://example.com/a.png"}""", "messages.0.content.0.image.source.url.url: Only HTTPS")]
    [InlineData("""{"type":"file","file_id":"f"}""", "messages.0.content.0.image.source.type: Input should be one of")]
    public async Task Image_source_that_the_provider_would_refuse_is_refused(string source, string complaint) =>
        await ShouldBeRefusedAsync($$"""{"model":"claude-test","max_tokens":10,"messages":[{"role":"user","content":[{"type":"image","source":{{source}}}]}]}""", complaint);

    [Fact]
    public async Task Media_type_is_held_against_the_bytes() =>
        await ShouldBeRefusedAsync(ImageBody(Pictures.Png(10, 10), "image/jpeg", 1), "messages.0.content.0.image.source.base64: The image is said to be image/jpeg, but appears to be image/png");

    [Theory]
    [InlineData(8001, 10, 1, false)]
    [InlineData(8000, 10, 1, true)]
    [InlineData(2001, 10, 20, true)]
    [InlineData(2001, 10, 21, false)]
    [InlineData(2000, 10, 21, true)]
    public async Task Sides_of_images_have_limits_that_depend_on_their_number(int width, int height, int count, bool taken)
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await session.SendAsync(Anthropic, ImageBody(Pictures.Png(width, height), "image/png", count));

        ((int)response.StatusCode).ShouldBe(taken ? 200 : 400);
    }

    [Fact]
    public async Task Fifth_mark_for_the_cache_is_one_too_many()
    {
        var block = """{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}""";

        await ShouldBeRefusedAsync(
            $$"""{"model":"claude-test","max_tokens":10,"messages":[{"role":"user","content":[{{string.Join(',', Enumerable.Repeat(block, 5))}}]}]}""",
            "cache_control: At most 4 blocks");
    }

    [Theory]
    [InlineData("claude-opus-4-1", false)]
    [InlineData("claude-haiku-4-5-20251001", false)]
    [InlineData("claude-3-5-haiku-latest", true)]
    public async Task Newer_models_take_temperature_or_top_p_but_not_both(string model, bool taken)
    {
        await using var session = await SimulatorSession.StartAsync();
        var body = JsonNode.Parse(Valid)!;
        (body["model"], body["temperature"], body["top_p"]) = (model, 1, 0.9);

        using var response = await session.SendAsync(Anthropic, body.ToJsonString());

        ((int)response.StatusCode).ShouldBe(taken ? 200 : 400);
    }

    [Theory]
    [InlineData("\"temperature\":0.5", "temperature: may only be 1")]
    [InlineData("\"top_k\":5", "top_k: must be unset")]
    [InlineData("\"top_p\":0.5", "top_p: must be at least 0.95")]
    [InlineData("\"tools\":[{\"name\":\"a\",\"input_schema\":{\"type\":\"object\"}}],\"tool_choice\":{\"type\":\"any\"}", "tool_choice: Thinking may not be enabled")]
    public async Task Thinking_excludes(string fields, string complaint) =>
        await ShouldBeRefusedAsync($"{{\"thinking\":{{\"type\":\"enabled\",\"budget_tokens\":1024}},{fields},{Valid[1..]}", complaint);

    [Fact]
    public async Task Unknown_directive_in_the_model_name_is_refused()
    {
        var body = JsonNode.Parse(Valid)!;
        body["model"] = "claude-test;stattus=500";

        await ShouldBeRefusedAsync(body.ToJsonString(), "Unknown directive 'stattus'");
    }

    private static string Without(JsonObject body, string field)
    {
        var rest = body.DeepClone().AsObject();
        rest.Remove(field);
        return rest.ToJsonString();
    }

    private static string ImageBody(byte[] image, string type, int count)
    {
        var block = $$$"""{"type":"image","source":{"type":"base64","media_type":"{{{type}}}","data":"{{{Convert.ToBase64String(image)}}}"}}""";
        return $$"""{"model":"claude-test","max_tokens":10,"messages":[{"role":"user","content":[{{string.Join(',', Enumerable.Repeat(block, count))}}]}]}""";
    }

    private static async Task ShouldBeRefusedAsync(string body, string complaint)
    {
        await using var session = await SimulatorSession.StartAsync();
        session.Host.Script.Enqueue("tokens=4");

        using var response = await session.SendAsync(Anthropic, body);

        ((int)response.StatusCode).ShouldBe(400);
        var error = await DialectCall.ErrorAsync(Anthropic, response);
        ((string?)error["type"]).ShouldBe("invalid_request_error");
        ((string?)error["message"]).ShouldStartWith(complaint);
        session.Host.Script.Count.ShouldBe(1);
    }
}
