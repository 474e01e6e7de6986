using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Dialects.Gemini;

/// <summary>Tools, calls and their answers on their way out.</summary>
public sealed class GeminiRequestToolTests
{
    private const string Ask = """{"role":"user","content":"a"}""";
    private const string AskSent = """{"role":"user","parts":[{"text":"a"}]}""";
    private const string Tool = """{"type":"function","function":{"name":"sum"}}""";

    [Fact]
    public void Calls_and_answers_find_each_other_by_id() =>
        Contents("""
            {"role":"assistant","content":"Let me see.","tool_calls":[
              {"id":"c1","type":"function","function":{"name":"weather","arguments":"{ \"city\": \"K\u00f6ln\", \"days\": 2 }"}},
              {"id":"c2","type":"function","function":{"name":"clock","arguments":""}}]},
            {"role":"tool","tool_call_id":"c2","content":"{\"hour\":7}"},
            {"role":"tool","tool_call_id":"c1","content":[{"type":"text","text":"rain, "},{"type":"text","text":"\"heavy\""}]},
            {"role":"user","content":"and?"}
            """).ShouldBe(
            """{"role":"model","parts":[{"text":"Let me see."},"""
            + """{"functionCall":{"id":"c1","name":"weather","args":{ "city": "Köln", "days": 2 }}},{"functionCall":{"id":"c2","name":"clock","args":{}}}]},"""
            + """{"role":"user","parts":[{"functionResponse":{"id":"c2","name":"clock","response":{"hour":7}}},"""
            + """{"functionResponse":{"id":"c1","name":"weather","response":{"result":"rain, \"heavy\""}}}]},"""
            + """{"role":"user","parts":[{"text":"and?"}]}""");

    [Theory]
    [InlineData("\"[1,2]\"", """{"result":"[1,2]"}""")]
    [InlineData("\"{\\\"a\\\":1} and more\"", """{"result":"{\"a\":1} and more"}""")]
    [InlineData("\" { } \"", " { } ")]
    [InlineData("\"\"", """{"result":""}""")]
    [InlineData("null", """{"result":""}""")]
    public void Answer_that_is_no_object_is_wrapped(string content, string response) =>
        Contents($$$$$"""{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":{{{{{content}}}}}}""")
            .ShouldEndWith($$$$$"""{"functionResponse":{"id":"c","name":"f","response":{{{{{response}}}}}}}]}""");

    [Fact]
    public void Thought_signatures_come_back_as_they_were_given()
    {
        var answer = GeminiWire.Answer("""
            {"candidates":[{"content":{"role":"model","parts":[{"text":"I look.","thoughtSignature":"dGV4dA=="},{"functionCall":{"name":"f","args":{}},"thoughtSignature":"Y2FsbA=="}]},"finishReason":"STOP"}]}
            """)!;
        var message = System.Text.Json.Nodes.JsonNode.Parse(answer)!["choices"]![0]!["message"]!.ToJsonString();

        foreach (var model in (string[])[GeminiWire.OldModel, GeminiWire.NewModel])
        {
            GeminiWire.Sent($$"""{"model":"m","messages":[{{Ask}},{{message}}]}""", model).ShouldContain(
                """{"role":"model","parts":[{"text":"I look.","thoughtSignature":"dGV4dA=="},{"functionCall":{"id":"call_""");
            GeminiWire.Sent($$"""{"model":"m","messages":[{{Ask}},{{message}}]}""", model).ShouldContain(
                ""","name":"f","args":{}},"thoughtSignature":"Y2FsbA=="}]}""");
        }
    }

    [Fact]
    public void Signature_of_a_message_without_text_stands_by_itself() =>
        Contents("""{"role":"assistant","content":"","extra_content":{"google":{"thought_signature":"c2ln"}}}""")
            .ShouldBe("""{"role":"model","parts":[{"text":"","thoughtSignature":"c2ln"}]}""");

    [Fact]
    public void Lost_signature_is_excused_where_the_model_wants_one_and_only_on_the_first_call()
    {
        const string Calls = """{"role":"assistant","tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}},{"id":"b","function":{"name":"f","arguments":"{}"}}]}""";

        Contents(Calls, GeminiWire.NewModel).ShouldBe(
            """{"role":"model","parts":[{"functionCall":{"id":"a","name":"f","args":{}},"thoughtSignature":"skip_thought_signature_validator"},{"functionCall":{"id":"b","name":"f","args":{}}}]}""");
        Contents(Calls, GeminiWire.OldModel).ShouldNotContain("thoughtSignature");
    }

    [Theory]
    [InlineData("""[{"type":"function","function":{"name":"f","description":"adds","parameters":{"type":"object","properties":{"a":{"$ref":"#/$defs/x"}},"additionalProperties":false}}}]""",
        """[{"name":"f","description":"adds","parametersJsonSchema":{"type":"object","properties":{"a":{"$ref":"#/$defs/x"}},"additionalProperties":false}}]""")]
    [InlineData("""[{"type":"function","function":{"name":"f","parameters":{ }}},{"type":"function","function":{"name":"g","parameters":null,"strict":false}}]""",
        """[{"name":"f"},{"name":"g"}]""")]
    public void Tools_become_declarations_with_their_schemas_as_they_are(string tools, string declarations) =>
        Sent($$""" "tools":{{tools}} """).ShouldContain($$"""],"tools":[{"functionDeclarations":{{declarations}}}],"generationConfig":""");

    [Theory]
    [InlineData("\"none\"", "\"mode\":\"NONE\"")]
    [InlineData("\"required\"", "\"mode\":\"ANY\"")]
    [InlineData("""{"type":"function","function":{"name":"sum"}}""", """ "mode":"ANY","allowedFunctionNames":["sum"] """)]
    [InlineData("""{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"sum"}},{"type":"function","function":{"name":"g"}}]}}""",
        """ "mode":"ANY","allowedFunctionNames":["sum","g"] """)]
    [InlineData("""{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"sum"}}]}}""",
        """ "mode":"VALIDATED","allowedFunctionNames":["sum"] """)]
    public void Choice_becomes_a_mode(string choice, string config) =>
        Sent($$""" "tools":[{{Tool}}],"tool_choice":{{choice}} """).ShouldContain(",\"toolConfig\":{\"functionCallingConfig\":{" + config.Trim() + "}},");

    [Fact]
    public void Choice_that_is_the_default_is_left_unsaid_and_a_strict_function_is_checked()
    {
        Sent($$""" "tools":[{{Tool}}],"tool_choice":"auto","parallel_tool_calls":true """).ShouldNotContain("toolConfig");
        Sent("\"tool_choice\":\"none\",\"parallel_tool_calls\":false,\"tools\":[]").ShouldNotContain("tool");
        Sent("""  "tools":[{"type":"function","function":{"name":"f","strict":true}}]  """).ShouldContain("""{"functionCallingConfig":{"mode":"VALIDATED"}}""");
    }

    [Theory]
    [InlineData(""" "tools":{} """, "invalid_type", "tools")]
    [InlineData(""" "tools":[7] """, "invalid_type", "tools[0]")]
    [InlineData(""" "tools":[{"type":"custom","custom":{"name":"x"}}] """, "invalid_value", "tools[0].type")]
    [InlineData(""" "tools":[{"type":"function"}] """, "missing_required_parameter", "tools[0].function")]
    [InlineData(""" "tools":[{"type":"function","function":{}}] """, "missing_required_parameter", "tools[0].function.name")]
    [InlineData(""" "tools":[{"type":"function","function":{"name":"f","name":"g"}}] """, "duplicate_parameter", "tools[0].function.name")]
    [InlineData(""" "tools":[{"type":"function","function":{"name":"f","parameters":[]}}] """, "invalid_type", "tools[0].function.parameters")]
    [InlineData(""" "tool_choice":"required" """, "invalid_value", "tool_choice")]
    [InlineData(""" "tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":{"type":"custom"} """, "invalid_value", "tool_choice")]
    [InlineData(""" "tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":{"type":"function"} """, "missing_required_parameter", "tool_choice.function.name")]
    [InlineData(""" "tools":[{"type":"function","function":{"name":"f"}}],"parallel_tool_calls":false """, "unsupported_parameter", "parallel_tool_calls")]
    public void Tool_that_cannot_be_said_is_refused_by_its_path(string parameters, string code, string param)
    {
        var error = GeminiWire.Refused($$"""{"model":"m",{{parameters}},"messages":[{{Ask}}]}""");

        (error.Status, error.Code, error.Param).ShouldBe((400, code, param));
    }

    [Theory]
    [InlineData("""{"role":"assistant","tool_calls":{}}""", "invalid_type", "messages[1].tool_calls")]
    [InlineData("""{"role":"assistant","tool_calls":[7]}""", "invalid_type", "messages[1].tool_calls[0]")]
    [InlineData("""{"role":"assistant","tool_calls":[{"id":"c","type":"custom","custom":{}}]}""", "invalid_value", "messages[1].tool_calls[0].type")]
    [InlineData("""{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":"{}"}}]}""", "missing_required_parameter", "messages[1].tool_calls[0].id")]
    [InlineData("""{"role":"assistant","tool_calls":[{"id":"c","function":{"arguments":"{}"}}]}""", "missing_required_parameter", "messages[1].tool_calls[0].function.name")]
    [InlineData("""{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":"{\"a\":"}}]}""", "invalid_value", "messages[1].tool_calls[0].function.arguments")]
    [InlineData("""{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":"[1]"}}]}""", "invalid_value", "messages[1].tool_calls[0].function.arguments")]
    [InlineData("""{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":{}}}]}""", "invalid_value", "messages[1].tool_calls[0].function.arguments")]
    [InlineData("""{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":"\ud800"}}]}""", "invalid_value", "messages[1].tool_calls[0].function.arguments")]
    [InlineData("""{"role":"assistant","tool_calls":[{"id":"\ud800","function":{"name":"f","arguments":"{}"}}]}""", "invalid_value", "messages[1].tool_calls[0].id")]
    [InlineData("""{"role":"tool","content":"x"}""", "missing_required_parameter", "messages[1].tool_call_id")]
    [InlineData("""{"role":"tool","tool_call_id":"nobody","content":"x"}""", "invalid_value", "messages[1].tool_call_id")]
    public void Call_that_cannot_be_said_is_refused_by_its_path(string message, string code, string param)
    {
        var error = GeminiWire.Refused($$"""{"model":"m","messages":[{{Ask}},{{message}}]}""");

        (error.Status, error.Code, error.Param).ShouldBe((400, code, param));
    }

    [Theory]
    [InlineData("user", "")]
    [InlineData("tool", ",\"tool_call_id\":\"c\"")]
    public void Very_many_parts_cost_memory_in_proportion_to_their_bytes(string role, string more)
    {
        const string Calls = """{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":"{}"}}]}""";
        var parts = string.Join(',', Enumerable.Repeat("""{"type":"text","text":"a"}""", 200_000));
        var body = System.Text.Encoding.UTF8.GetBytes(
            $$"""{"model":"m","messages":[{{Ask}},{{Calls}},{"role":"{{role}}"{{more}},"content":[{{parts}}]}]}""");

        var before = GC.GetAllocatedBytesForCurrentThread();
        GeminiWire.Write(body).TryGet(out _, out var error).ShouldBeTrue(error?.Message);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(10L * body.Length);
    }

    private static string Sent(string parameters) => GeminiWire.Sent($$"""{"model":"m",{{parameters}},"messages":[{{Ask}}]}""");

    private static string Contents(string messages, string model = GeminiWire.OldModel)
    {
        var sent = GeminiWire.Sent($$"""{"model":"m","messages":[{{Ask}},{{messages}}]}""", model);
        sent.ShouldStartWith($$"""{"contents":[{{AskSent}},""");
        return sent[$$"""{"contents":[{{AskSent}},""".Length..sent.IndexOf("""],"generationConfig":""", StringComparison.Ordinal)];
    }
}
