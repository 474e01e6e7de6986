using System.Collections.Frozen;
using Gateway.Core.Models;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Dialects.Gemini;

/// <summary>Top-level parameters: translated, left out, or refused by name.</summary>
public sealed class GeminiRequestParameterTests
{
    [Theory]
    [InlineData(""" "temperature":0.20,"top_p":1e-1,"top_k":40 """, ""","temperature":0.20,"topP":1e-1,"topK":40""")]
    [InlineData(""" "n":3,"seed":-7 """, ""","candidateCount":3,"seed":-7""")]
    [InlineData(""" "stop":"\n" """, ""","stopSequences":["\n"]""")]
    [InlineData(""" "stop":["a", "b"] """, ""","stopSequences":["a", "b"]""")]
    [InlineData(""" "stop":[] """, "")]
    [InlineData(""" "presence_penalty":0.5,"frequency_penalty":-1 """, ""","presencePenalty":0.5,"frequencyPenalty":-1""")]
    [InlineData(""" "presence_penalty":0,"frequency_penalty":-0.0 """, "")]
    [InlineData(""" "logprobs":true """, ""","responseLogprobs":true""")]
    [InlineData(""" "top_logprobs":4,"logprobs":true """, ""","responseLogprobs":true,"logprobs":4""")]
    [InlineData(""" "logprobs":false,"top_logprobs":0 """, "")]
    [InlineData(""" "response_format":{"type":"text"} """, "")]
    [InlineData(""" "response_format":{"type":"json_object"} """, ""","responseMimeType":"application/json" """)]
    [InlineData(""" "response_format":{"type":"json_schema","json_schema":{"name":"x","strict":true,"schema":{"type":"array","items":{"type":["string","null"]}}}} """,
        ""","responseMimeType":"application/json","responseJsonSchema":{"type":"array","items":{"type":["string","null"]}}""")]
    [InlineData(""" "modalities":["text"] """, "")]
    [InlineData(""" "modalities":["image","text"] """, ""","responseModalities":["TEXT","IMAGE"]""")]
    [InlineData(""" "modalities":["image"] """, ""","responseModalities":["IMAGE"]""")]
    public void Parameter_is_said_in_the_providers_words(string parameters, string expected) => Config(parameters).ShouldBe(expected.Trim());

    [Theory]
    [InlineData("none", GeminiWire.OldModel, "\"thinkingBudget\":0")]
    [InlineData("minimal", GeminiWire.OldModel, "\"includeThoughts\":true,\"thinkingBudget\":1024")]
    [InlineData("low", GeminiWire.OldModel, "\"includeThoughts\":true,\"thinkingBudget\":1024")]
    [InlineData("medium", GeminiWire.OldModel, "\"includeThoughts\":true,\"thinkingBudget\":8192")]
    [InlineData("high", GeminiWire.OldModel, "\"includeThoughts\":true,\"thinkingBudget\":24576")]
    [InlineData("max", GeminiWire.OldModel, "\"includeThoughts\":true,\"thinkingBudget\":24576")]
    [InlineData("minimal", GeminiWire.NewModel, "\"includeThoughts\":true,\"thinkingLevel\":\"low\"")]
    [InlineData("minimal", "gemini-3-flash", "\"includeThoughts\":true,\"thinkingLevel\":\"minimal\"")]
    [InlineData("low", GeminiWire.NewModel, "\"includeThoughts\":true,\"thinkingLevel\":\"low\"")]
    [InlineData("medium", GeminiWire.NewModel, "\"includeThoughts\":true,\"thinkingLevel\":\"medium\"")]
    [InlineData("xhigh", GeminiWire.NewModel, "\"includeThoughts\":true,\"thinkingLevel\":\"high\"")]
    public void Effort_becomes_a_level_or_a_budget(string effort, string model, string expected) =>
        Config($"\"reasoning_effort\":\"{effort}\"", model).ShouldBe($$""","thinkingConfig":{{{expected}}}""");

    [Fact]
    public void Labels_hints_defaults_and_nulls_are_left_out() =>
        Config("""
            "user":"u","safety_identifier":"s","metadata":{"a":"b"},"prompt_cache_key":"k","prompt_cache_retention":"24h","prediction":{"type":"content","content":"x"},
            "store":false,"verbosity":"medium","logit_bias":{ },"service_tier":"auto","stream":true,"stream_options":{"include_usage":true},
            "temperature":null,"logprobs":null,"functions":null,"function_call":null,"audio":null,"anything":null,"tools":null
            """).ShouldBe("");

    [Theory]
    [InlineData("logit_bias", """{"50256":-100}""")]
    [InlineData("functions", "[]")]
    [InlineData("function_call", "\"auto\"")]
    [InlineData("audio", """{"voice":"alloy","format":"wav"}""")]
    [InlineData("store", "true")]
    [InlineData("verbosity", "\"low\"")]
    [InlineData("moderation", "{}")]
    [InlineData("min_p", "0.1")]
    [InlineData("extra_body", "{}")]
    public void Parameter_that_has_no_place_is_refused_by_name(string name, string value)
    {
        var error = GeminiWire.Refused(Body($"\"{name}\":{value}"));

        (error.Status, error.Code, error.Param).ShouldBe((400, "unsupported_parameter", name));
    }

    [Theory]
    [InlineData(""" "temperature":"hot" """, "invalid_type", "temperature")]
    [InlineData(""" "temperature":1,"temperature":2 """, "duplicate_parameter", "temperature")]
    [InlineData(""" "seed":1.5 """, "invalid_value", "seed")]
    [InlineData(""" "seed":2147483648 """, "invalid_value", "seed")]
    [InlineData(""" "stop":7 """, "invalid_type", "stop")]
    [InlineData(""" "stop":["a",7] """, "invalid_type", "stop")]
    [InlineData(""" "stop":[["a"]] """, "invalid_type", "stop")]
    [InlineData(""" "logprobs":1 """, "invalid_type", "logprobs")]
    [InlineData(""" "top_logprobs":1 """, "invalid_value", "top_logprobs")]
    [InlineData(""" "logprobs":true,"top_logprobs":21 """, "invalid_value", "top_logprobs")]
    [InlineData(""" "response_format":"json" """, "invalid_value", "response_format.type")]
    [InlineData(""" "response_format":{"type":"grammar"} """, "invalid_value", "response_format.type")]
    [InlineData(""" "response_format":{"type":"json_schema","json_schema":{}} """, "missing_required_parameter", "response_format.json_schema.schema")]
    [InlineData(""" "reasoning_effort":7 """, "invalid_type", "reasoning_effort")]
    [InlineData(""" "reasoning_effort":"some" """, "invalid_value", "reasoning_effort")]
    [InlineData(""" "modalities":["audio"] """, "invalid_value", "modalities")]
    [InlineData(""" "modalities":"text" """, "invalid_type", "modalities")]
    [InlineData(""" "modalities":[["text"]] """, "invalid_type", "modalities")]
    [InlineData(""" "parallel_tool_calls":0 """, "invalid_type", "parallel_tool_calls")]
    public void Parameter_of_a_wrong_form_is_refused_by_name(string parameters, string code, string param)
    {
        var error = GeminiWire.Refused(Body(parameters));

        (error.Status, error.Code, error.Param).ShouldBe((400, code, param));
    }

    [Fact]
    public void Model_that_always_thinks_is_not_told_not_to() =>
        GeminiWire.Refused(Body(""" "reasoning_effort":"none" """), GeminiWire.NewModel).Param.ShouldBe("reasoning_effort");

    [Fact]
    public void Policy_of_the_card_comes_first()
    {
        var card = new ModelCard
        {
            Id = "c",
            MaxOutputTokens = 100,
            Parameters = new ParameterPolicy
            {
                Drop = ((string[])["logit_bias"]).ToFrozenSet(),
                Defaults = [new ParameterDefault("temperature", [.. "0.5"u8]), new ParameterDefault("max_tokens", [.. "9"u8])],
            },
        };

        GeminiWire.Sent(Body(""" "logit_bias":{"1":2} """), card: card).ShouldEndWith(""","generationConfig":{"maxOutputTokens":9,"temperature":0.5}}""");
    }

    private static string Body(string parameters) => $$"""{"model":"m",{{parameters}},"messages":[{"role":"user","content":"a"}]}""";

    private static string Config(string parameters, string model = GeminiWire.OldModel)
    {
        var sent = GeminiWire.Sent(Body(parameters), model);
        const string Begins = """{"contents":[{"role":"user","parts":[{"text":"a"}]}],"generationConfig":{"maxOutputTokens":100""";
        sent.ShouldStartWith(Begins);
        return sent[Begins.Length..^2];
    }
}
