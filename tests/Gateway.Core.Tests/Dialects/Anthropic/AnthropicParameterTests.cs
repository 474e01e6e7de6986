using System.Collections.Frozen;
using Gateway.Core.Models;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Dialects.Anthropic;

public sealed class AnthropicParameterTests
{
    private const string Tool = """{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{"a":{"type":"string"}}},"strict":true}}""";
    private const string Written = """ "tools":[{"name":"f","description":"d","input_schema":{"type":"object","properties":{"a":{"type":"string"}}},"strict":true}]""";

    [Theory]
    [InlineData("", "")]
    [InlineData(""" "temperature":0.25,"top_p":0.5,"top_k":7""", """ "temperature":0.25,"top_p":0.5,"top_k":7""")]
    [InlineData(""" "temperature":1,"top_p":1.0""", "")]
    [InlineData(""" "stop":"x\"y" """, """ "stop_sequences":["x\"y"]""")]
    [InlineData(""" "stop":["a", "b"]""", """ "stop_sequences":["a", "b"]""")]
    [InlineData(""" "stop":[]""", "")]
    [InlineData(""" "user":"u1","safety_identifier":"s1" """, """ "metadata":{"user_id":"u1"}""")]
    [InlineData(""" "safety_identifier":"s1","metadata":{"a":"b"}""", """ "metadata":{"user_id":"s1"}""")]
    [InlineData(""" "service_tier":"auto" """, "")]
    [InlineData(""" "service_tier":"default" """, """ "service_tier":"standard_only" """)]
    [InlineData(""" "reasoning_effort":"high" """, """ "output_config":{"effort":"high"}""")]
    [InlineData(""" "reasoning_effort":"minimal" """, """ "output_config":{"effort":"low"}""")]
    [InlineData(""" "reasoning_effort":"none" """, """ "thinking":{"type":"disabled"}""")]
    [InlineData(""" "thinking":{"type":"adaptive"},"reasoning_effort":"max" """, """ "thinking":{"type":"adaptive"},"output_config":{"effort":"max"}""")]
    [InlineData(""" "response_format":{"type":"text"}""", "")]
    [InlineData(""" "reasoning_effort":"low","response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":{"type":"object"}}}""",
        """ "output_config":{"effort":"low","format":{"type":"json_schema","schema":{"type":"object"}}}""")]
    [InlineData(""" "frequency_penalty":0,"presence_penalty":0.0,"logprobs":false,"top_logprobs":0,"logit_bias":{ },"functions":[],"store":false,"modalities":["text"],"verbosity":"medium" """, "")]
    [InlineData(""" "seed":null,"audio":null,"n":1,"prediction":null,"anything":null""", "")]
    [InlineData(""" "prompt_cache_key":"k","prompt_cache_retention":"24h","parallel_tool_calls":true""", "")]
    [InlineData(""" "tools":[],"tool_choice":"auto","parallel_tool_calls":false""", "")]
    [InlineData($" \"tools\":[{Tool}]", Written)]
    [InlineData($" \"tools\":[{Tool}],\"tool_choice\":\"auto\"", Written + ""","tool_choice":{"type":"auto"}""")]
    [InlineData($" \"tool_choice\":\"required\",\"tools\":[{Tool}]", Written + ""","tool_choice":{"type":"any"}""")]
    [InlineData($" \"tools\":[{Tool}],\"tool_choice\":\"none\",\"parallel_tool_calls\":false", Written + ""","tool_choice":{"type":"none"}""")]
    [InlineData($" \"tools\":[{Tool}],\"parallel_tool_calls\":false", Written + ""","tool_choice":{"type":"auto","disable_parallel_tool_use":true}""")]
    [InlineData(" \"tools\":[" + Tool + """],"tool_choice":{"type":"function","function":{"name":"f"}},"parallel_tool_calls":false""", Written + ""","tool_choice":{"type":"tool","name":"f","disable_parallel_tool_use":true}""")]
    [InlineData(""" "tools":[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"g","parameters":{}},"cache_control":{"type":"ephemeral"}},{"type":"function","function":{"name":"h","parameters":{"properties":{}}}}]""",
        """ "tools":[{"name":"f","input_schema":{"type":"object","properties":{}}},{"name":"g","input_schema":{"type":"object","properties":{}},"cache_control":{"type":"ephemeral"}},{"name":"h","input_schema":{"type":"object","properties":{}}}]""")]
    public void Parameters_are_mapped_or_left_out(string sent, string received)
    {
        var body = AnthropicRequests.Text($$"""{"model":"m","messages":[{"role":"user","content":"a"}]{{After(sent)}}}""");

        body.ShouldBe($$"""{"model":"claude-x","max_tokens":16384,"messages":[{"role":"user","content":[{"type":"text","text":"a"}]}]{{After(received)}}}""");
    }

    [Theory]
    [InlineData("n", "2", "unsupported_parameter")]
    [InlineData("temperature", "1.01", "invalid_value")]
    [InlineData("temperature", "-0.1", "invalid_value")]
    [InlineData("temperature", "1e999", "invalid_value")]
    [InlineData("temperature", "\"1\"", "invalid_type")]
    [InlineData("top_p", "2", "invalid_value")]
    [InlineData("frequency_penalty", "0.1", "unsupported_parameter")]
    [InlineData("presence_penalty", "-1", "unsupported_parameter")]
    [InlineData("logprobs", "true", "unsupported_parameter")]
    [InlineData("top_logprobs", "3", "unsupported_parameter")]
    [InlineData("logit_bias", """{"5":1}""", "unsupported_parameter")]
    [InlineData("seed", "0", "unsupported_parameter")]
    [InlineData("audio", """{"voice":"x"}""", "unsupported_parameter")]
    [InlineData("modalities", """["text","audio"]""", "unsupported_parameter")]
    [InlineData("store", "true", "unsupported_parameter")]
    [InlineData("verbosity", "\"low\"", "unsupported_parameter")]
    [InlineData("prediction", """{"type":"content","content":"x"}""", "unsupported_parameter")]
    [InlineData("functions", """[{"name":"f"}]""", "unsupported_parameter")]
    [InlineData("function_call", "\"auto\"", "unsupported_parameter")]
    [InlineData("something_new", "1", "unsupported_parameter")]
    [InlineData("stop", "5", "invalid_type")]
    [InlineData("stop", "[5]", "invalid_type")]
    [InlineData("reasoning_effort", "\"very\"", "invalid_value")]
    [InlineData("reasoning_effort", "3", "invalid_value")]
    [InlineData("response_format", """{"type":"json_object"}""", "unsupported_parameter")]
    [InlineData("response_format", "\"text\"", "invalid_type")]
    [InlineData("tools", "{}", "invalid_type")]
    [InlineData("tool_choice", "\"any\"", "invalid_value")]
    [InlineData("tool_choice", "\"required\"", "invalid_value")]
    [InlineData("tool_choice", "4", "invalid_type")]
    [InlineData("parallel_tool_calls", "4", "invalid_type")]
    public void What_cannot_be_said_is_refused_by_name(string name, string value, string code)
    {
        var error = AnthropicRequests.Refusal($$"""{"model":"m","messages":[{"role":"user","content":"a"}],"{{name}}":{{value}}}""");

        (error.Status, error.Code, error.Param).ShouldBe((400, code, name));
    }

    [Theory]
    [InlineData(""" "response_format":{"type":"json_schema","json_schema":{"name":"n"}}""", "response_format.json_schema.schema")]
    [InlineData(""" "response_format":{}""", "response_format.type")]
    [InlineData(""" "cache_control":{"type":"ephemeral","ttl":"1h"}""", "cache_control.ttl")]
    [InlineData(""" "tools":[{"type":"function","function":{"name":"f"},"cache_control":{"type":"ephemeral","ttl":"1h"}}]""", "tools[0].cache_control.ttl")]
    [InlineData(""" "tools":[{"type":"function","function":{"name":"f","cache_control":{"type":"ephemeral","ttl":"1h"}}}]""", "tools[0].function.cache_control.ttl")]
    [InlineData(""" "thinking":{"type":"adaptive"},"reasoning_effort":"none" """, "reasoning_effort")]
    [InlineData(""" "tools":[4]""", "tools[0]")]
    [InlineData(""" "tools":[{"type":"custom","custom":{"name":"f"}}]""", "tools[0].custom")]
    [InlineData(""" "tools":[{"type":"web_search"}]""", "tools[0].type")]
    [InlineData(""" "tools":[{"function":{"name":"f"}}]""", "tools[0].type")]
    [InlineData(""" "tools":[{"type":"function"}]""", "tools[0].function")]
    [InlineData(""" "tools":[{"type":"function","function":{}}]""", "tools[0].function.name")]
    [InlineData(""" "tools":[{"type":"function","function":{"name":"f","parameters":[]}}]""", "tools[0].function.parameters")]
    [InlineData(""" "tools":[{"type":"function","function":{"name":"f","other":1}}]""", "tools[0].function.other")]
    [InlineData(""" "tool_choice":{"type":"allowed_tools"}""", "tool_choice.type")]
    [InlineData(""" "tool_choice":{"type":"function"}""", "tool_choice.function.name")]
    [InlineData(""" "seed":null,"seed":null""", "seed")]
    public void What_is_wrong_inside_is_refused_by_its_path(string more, string param) =>
        AnthropicRequests.Refusal($$"""{"model":"m","messages":[{"role":"user","content":"a"}],{{more}}}""").Param.ShouldBe(param);

    [Theory]
    [InlineData(""" "max_tokens":5""", 5)]
    [InlineData(""" "max_tokens":5,"max_completion_tokens":9""", 9)]
    [InlineData("", 4000)]
    public void Maximum_is_the_one_that_money_is_held_for(string more, int maximum)
    {
        var card = new ModelCard { Id = "card", MaxOutputTokens = 4000 };

        AnthropicRequests.Text($$"""{"model":"m","messages":[{"role":"user","content":"a"}]{{After(more)}}}""", card).ShouldStartWith($$"""{"model":"claude-x","max_tokens":{{maximum}},""");
    }

    [Fact]
    public void Policy_of_the_card_holds()
    {
        var card = new ModelCard
        {
            Id = "card",
            Parameters = new ParameterPolicy { Drop = ((string[])["seed"]).ToFrozenSet(), Defaults = [new ParameterDefault("temperature", [.. "0.5"u8]), new ParameterDefault("max_tokens", [.. "300"u8])] },
        };

        AnthropicRequests.Text("""{"model":"m","stream":true,"messages":[{"role":"user","content":"a"}],"seed":4}""", card)
            .ShouldBe("""{"model":"claude-x","max_tokens":300,"stream":true,"messages":[{"role":"user","content":[{"type":"text","text":"a"}]}],"temperature":0.5}""");
    }

    private static string After(string properties) => properties.Trim() is { Length: > 0 } trimmed ? $",{trimmed}" : "";
}
