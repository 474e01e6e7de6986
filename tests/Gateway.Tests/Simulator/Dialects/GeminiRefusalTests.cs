using Gateway.Simulator;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Simulator.Dialects;

public sealed class GeminiRefusalTests
{
    private const SimulatorDialect Gemini = SimulatorDialect.Gemini;
    private const string Hello = """{"role":"user","parts":[{"text":"Hello"}]}""";
    private const string Call = """{"functionCall":{"name":"a","args":{}}}""";
    private const string Response = """{"functionResponse":{"name":"a","response":{"x":1}}}""";

    [Theory]
    [InlineData("\"messages\":[]", "Unknown name \"messages\"")]
    [InlineData("\"model\":\"models/gemini-test\",\"stream\":true", "Unknown name \"stream\"")]
    [InlineData("\"generationConfig\":{\"max_tokens\":5}", "Unknown name \"max_tokens\" at 'generation_config'")]
    [InlineData("\"generationConfig\":{\"maxOutputTokens\":0}", "max_output_tokens must be positive")]
    [InlineData("\"generationConfig\":{\"maxOutputTokens\":\"many\"}", "Invalid value at 'generation_config.max_output_tokens' (TYPE_INT32), \"many\"")]
    [InlineData("\"generationConfig\":{\"temperature\":2.5}", "generation_config.temperature: must be in the range")]
    [InlineData("\"generationConfig\":{\"candidateCount\":9}", "candidate_count: must be in the range")]
    [InlineData("\"generationConfig\":{\"stopSequences\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\"]}", "stop_sequences: at most 5")]
    [InlineData("\"generationConfig\":{\"responseMimeType\":\"application/xml\"}", "response_mime_type: allowed")]
    [InlineData("\"generationConfig\":{\"responseSchema\":{\"type\":\"STRING\"}}", "response_schema: only `application/json`")]
    [InlineData("\"generationConfig\":{\"responseMimeType\":\"application/json\",\"responseSchema\":{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}},\"additionalProperties\":false}}", "Unknown name \"additionalProperties\" at 'generation_config.response_schema'")]
    [InlineData("\"generationConfig\":{\"thinkingConfig\":{\"thinkingBudget\":1,\"thinkingLevel\":\"LOW\"}}", "only set one of thinking budget")]
    [InlineData("\"systemInstruction\":\"Be brief\"", "Invalid value at 'system_instruction'")]
    [InlineData("\"systemInstruction\":{}", "system_instruction.parts: contents.parts must not be empty")]
    [InlineData("\"safetySettings\":[{\"category\":\"HARM\"}]", "Invalid value at 'safety_settings[0].category'")]
    [InlineData("\"toolConfig\":{\"functionCallingConfig\":{\"mode\":\"ANY\"}}", "without function_declarations")]
    [InlineData("\"tools\":[{\"functionDeclarations\":[{\"name\":\"a\"}]}],\"toolConfig\":{\"functionCallingConfig\":{\"mode\":\"AUTO\",\"allowedFunctionNames\":[\"a\"]}}", "allowed_function_names may be set only")]
    [InlineData("\"tools\":[{\"functionDeclarations\":[{\"name\":\"a\"}]}],\"generationConfig\":{\"responseMimeType\":\"application/json\"}", "Function calling with a response mime type")]
    public async Task Field_that_the_provider_would_refuse_is_refused(string fields, string complaint) =>
        await ShouldBeRefusedAsync($"{{{fields},\"contents\":[{Hello}]}}", complaint);

    [Theory]
    [InlineData("", "contents is not specified")]
    [InlineData("""{"role":"assistant","parts":[{"text":"a"}]}""", "valid role: user, model")]
    [InlineData("""{"role":"user"}""", "contents[0].parts: contents.parts must not be empty")]
    [InlineData("""{"role":"user","parts":[]}""", "contents[0].parts: contents.parts must not be empty")]
    [InlineData("""{"role":"user","parts":[{}]}""", "contents[0].parts[0].data: required oneof field")]
    [InlineData("""{"role":"user","parts":[{"text":"a","inlineData":{"mimeType":"image/png","data":"AAAA"}}]}""", "oneof field 'data' is already set")]
    [InlineData("""{"role":"user","parts":[{"type":"text","text":"a"}]}""", "Unknown name \"type\" at 'contents[0].parts[0]'")]
    [InlineData("""{"role":"user","parts":[{"text":7}]}""", "Invalid value at 'contents[0].parts[0].text' (TYPE_STRING), 7")]
    [InlineData("""{"role":"user","content":"a"}""", "Unknown name \"content\" at 'contents[0]'")]
    [InlineData("""{"role":"model","parts":[{"text":"a"}]}""", "Single turn requests must end with a user role")]
    [InlineData("""{"role":"user","parts":[{"inlineData":{"mimeType":"image/png","data":"!!!!"}}]}""", "Base64 decoding failed")]
    [InlineData("""{"role":"user","parts":[{"inlineData":{"mimeType":"image/png","data":"AAAA"}}]}""", "Unable to process input image")]
    [InlineData("""{"role":"user","parts":[{"inlineData":{"mimeType":"image/gif","data":"AAAA"}}]}""", "Unsupported MIME type: image/gif")]
    [InlineData("""{"role":"user","parts":[{"fileData":{"mimeType":"image/png"}}]}""", "file_uri: must not be empty")]
    public async Task Contents_that_the_provider_would_refuse_are_refused(string contents, string complaint) =>
        await ShouldBeRefusedAsync($"{{\"contents\":[{contents}]}}", complaint);

    [Theory]
    [InlineData("""{"role":"model","parts":[CALL]}""", "number of function response parts")]
    [InlineData("""{"role":"model","parts":[CALL]},{"role":"user","parts":[{"text":"a"}]}""", "number of function response parts")]
    [InlineData("""{"role":"model","parts":[CALL,CALL]},{"role":"user","parts":[RESPONSE]}""", "number of function response parts")]
    [InlineData("""{"role":"model","parts":[CALL]},{"role":"user","parts":[RESPONSE]},{"role":"user","parts":[RESPONSE]}""", "function response turn comes immediately after")]
    [InlineData("""{"role":"model","parts":[{"text":"a"}]},{"role":"model","parts":[CALL]},{"role":"user","parts":[RESPONSE]}""", "function call turn comes immediately after")]
    [InlineData("""{"role":"user","parts":[RESPONSE]}""", "function response turn comes immediately after")]
    [InlineData("""{"role":"model","parts":[CALL]},{"role":"user","parts":[{"functionResponse":{"name":"a","response":"text"}}]}""", "google.protobuf.Struct")]
    [InlineData("""{"role":"model","parts":[CALL]},{"role":"user","parts":[{"functionResponse":{"name":"a"}}]}""", "function_response.response: must be set")]
    [InlineData("""{"role":"model","parts":[{"functionCall":{"args":{}}}]}""", "Name cannot be empty")]
    public async Task Calls_and_responses_that_do_not_match_are_refused(string contents, string complaint) =>
        await ShouldBeRefusedAsync(
            $"{{\"contents\":[{Hello},{contents.Replace("CALL", Call, StringComparison.Ordinal).Replace("RESPONSE", Response, StringComparison.Ordinal)}]}}",
            complaint);

    [Fact]
    public async Task Calls_and_responses_that_match_are_taken()
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await session.SendAsync(
            Gemini,
            $$"""{"contents":[{{Hello}},{"role":"model","parts":[{{Call}},{{Call}}]},{"role":"user","parts":[{{Response}},{{Response}}]},{"role":"model","parts":[{{Call}}]},{"role":"function","parts":{{Response}}}]}""");

        ((int)response.StatusCode).ShouldBe(200);
    }

    [Theory]
    [InlineData("""{"name":"1a"}""", "Invalid function name")]
    [InlineData("""{"description":"a"}""", "Invalid function name")]
    [InlineData("""{"name":"a","strict":true}""", "Unknown name \"strict\"")]
    [InlineData("""{"name":"a"},{"name":"a"}""", "Duplicate function declaration found: a")]
    [InlineData("""{"name":"a","parameters":{"type":"object","properties":{}}}""", "parameters.properties: should be non-empty for OBJECT type")]
    [InlineData("""{"name":"a","parameters":{"type":"object","properties":{"b":{"type":["string","null"]}}}}""", "Proto field is not repeating")]
    [InlineData("""{"name":"a","parameters":{"type":"object","properties":{"b":{"type":"text"}}}}""", "parameters.properties[0].value.type' (an enum)")]
    [InlineData("""{"name":"a","parameters":{"type":"object","properties":{"b":{"type":"array"}}}}""", "value.items: missing field")]
    [InlineData("""{"name":"a","parameters":{"type":"object","properties":{"b":{"type":"string","format":"uuid"}}}}""", "value.format: only 'enum' and 'date-time'")]
    [InlineData("""{"name":"a","parameters":{"type":"object","properties":{"b":{"type":"integer","enum":["1"]}}}}""", "value.enum: only allowed for STRING type")]
    [InlineData("""{"name":"a","parameters":{"type":"object","properties":{"b":{"type":"string"}},"required":["c"]}}""", "required[0]: property is not defined")]
    [InlineData("""{"name":"a","parameters":{"type":"object","properties":{"b":{"$ref":"#"}}}}""", "Unknown name \"$ref\"")]
    public async Task Functions_that_the_provider_would_refuse_are_refused(string functions, string complaint) =>
        await ShouldBeRefusedAsync($"{{\"tools\":[{{\"functionDeclarations\":[{functions}]}}],\"contents\":[{Hello}]}}", complaint);

    [Theory]
    [InlineData("/v1beta/models/gemini-test")]
    [InlineData("/v1beta/models/:generateContent")]
    [InlineData("/v1beta/models/gemini-test:embedContent")]
    [InlineData("/v1beta/files")]
    public async Task Path_that_does_not_exist_is_not_found(string path)
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await session.SendAsync(Gemini, $"{{\"contents\":[{Hello}]}}", path: path);

        ((int)response.StatusCode).ShouldBe(404);
        ((string?)(await DialectCall.ErrorAsync(Gemini, response))["status"]).ShouldBe("NOT_FOUND");
    }

    [Fact]
    public async Task Body_beyond_20_MB_is_refused()
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await session.SendAsync(Gemini, new string(' ', (20 * 1024 * 1024) + 1));

        ((int)response.StatusCode).ShouldBe(400);
        ((string?)(await DialectCall.ErrorAsync(Gemini, response))["message"]).ShouldNotBeNull().ShouldContain("payload size");
    }

    private static async Task ShouldBeRefusedAsync(string body, string complaint)
    {
        await using var session = await SimulatorSession.StartAsync();
        session.Host.Script.Enqueue("tokens=4");

        using var response = await session.SendAsync(Gemini, body);

        ((int)response.StatusCode).ShouldBe(400);
        var error = await DialectCall.ErrorAsync(Gemini, response);
        ((string?)error["status"]).ShouldBe("INVALID_ARGUMENT");
        ((string?)error["message"]).ShouldNotBeNull().ShouldContain(complaint);
        session.Host.Script.Count.ShouldBe(1);
    }
}
