using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Dialects.Anthropic;

public sealed class AnthropicMessageTests
{
    private const string Head = """{"model":"claude-x","max_tokens":16384""";

    [Theory]
    [InlineData("a word of the user becomes a turn of one text",
        """[{"role":"user","content":"hé\n\u00e9"}]""",
        """ "messages":[{"role":"user","content":[{"type":"text","text":"hé\n\u00e9"}]}]""")]
    [InlineData("system and developer go in front wherever they stood",
        """[{"role":"user","content":"a"},{"role":"developer","content":"d"},{"role":"system","content":[{"type":"text","text":"s"},{"type":"text","text":""}]}]""",
        """ "system":[{"type":"text","text":"d"},{"type":"text","text":"s"}],"messages":[{"role":"user","content":[{"type":"text","text":"a"}]}]""")]
    [InlineData("messages of one side become one turn",
        """[{"role":"user","content":"a"},{"role":"user","content":[{"type":"text","text":"b"}]},{"role":"assistant","content":"c"},{"role":"assistant","content":"d"},{"role":"user","content":"e"}]""",
        """ "messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},{"role":"assistant","content":[{"type":"text","text":"c"},{"type":"text","text":"d"}]},{"role":"user","content":[{"type":"text","text":"e"}]}]""")]
    [InlineData("calls and their results, those of one turn side by side",
        """[{"role":"user","content":"w"},{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\": \"\\u00e9\\n\"}"}},{"index":1,"id":"c2","type":"function","function":{"name":"g","arguments":""}}]},{"role":"tool","tool_call_id":"c1","name":"f","content":"18"},{"role":"tool","tool_call_id":"c2","content":[{"type":"text","text":"19"}]},{"role":"user","content":"so?"}]""",
        """ "messages":[{"role":"user","content":[{"type":"text","text":"w"}]},{"role":"assistant","content":[{"type":"tool_use","id":"c1","name":"f","input":{"a": "\u00e9\n"}},{"type":"tool_use","id":"c2","name":"g","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":[{"type":"text","text":"18"}]},{"type":"tool_result","tool_use_id":"c2","content":[{"type":"text","text":"19"}]},{"type":"text","text":"so?"}]}]""")]
    [InlineData("a result without content has none",
        """[{"role":"tool","tool_call_id":"c1","content":""}]""",
        """ "messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"c1"}]}]""")]
    [InlineData("an answer given back as it was got",
        """[{"role":"assistant","content":"t","refusal":null,"annotations":[],"reasoning_content":"hm","audio":null,"function_call":null},{"role":"assistant","content":[{"type":"refusal","refusal":"no"}],"refusal":"never"}]""",
        """ "messages":[{"role":"assistant","content":[{"type":"text","text":"t"},{"type":"text","text":"no"},{"type":"text","text":"never"}]}]""")]
    [InlineData("empty texts are left out, and a turn of nothing else",
        """[{"role":"user","content":"a"},{"role":"assistant","content":""},{"role":"user","content":[]},{"role":"user"},{"role":"user","content":"b"}]""",
        """ "messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]""")]
    [InlineData("what is to be cached stays marked, once each",
        """[{"role":"system","content":"s","cache_control":{"type":"ephemeral"}},{"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral","ttl":"5m"}},{"type":"text","text":"b"}],"cache_control":{"type":"ephemeral"}},{"role":"tool","tool_call_id":"c","content":"r","cache_control":{"type":"ephemeral"}}]""",
        """ "system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}],"messages":[{"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral","ttl":"5m"}},{"type":"text","text":"b","cache_control":{"type":"ephemeral"}},{"type":"tool_result","tool_use_id":"c","content":[{"type":"text","text":"r"}],"cache_control":{"type":"ephemeral"}}]}]""")]
    public void Messages_become_turns(string what, string messages, string expected) =>
        AnthropicRequests.Text($$"""{"model":"m","messages":{{messages}}}""").ShouldBe($"{Head},{expected[1..]}}}", what);

    [Theory]
    [InlineData("""[{"role":"user"}]""", "invalid_value", "messages")]
    [InlineData("""[{"role":"user","content":"a","cache_control":{"type":"ephemeral","ttl":"1h"}}]""", "unsupported_parameter", "messages[0].cache_control.ttl")]
    [InlineData("""[{"role":"user","content":"a","cache_control":{"ttl":"5m","x":{"ttl":1},"t\u0074l":"1h"}}]""", "unsupported_parameter", "messages[0].cache_control.ttl")]
    [InlineData("""[{"role":"user","content":[{"type":"text","text":"a","cache_control":{"ttl":3600}}]}]""", "unsupported_parameter", "messages[0].content[0].cache_control.ttl")]
    [InlineData("""[{"role":"system","content":"s"}]""", "invalid_value", "messages")]
    [InlineData("""[{"content":"a"}]""", "missing_required_parameter", "messages[0].role")]
    [InlineData("""[{"role":"function","content":"a"}]""", "invalid_value", "messages[0].role")]
    [InlineData("""[{"role":1,"content":"a"}]""", "invalid_value", "messages[0].role")]
    [InlineData("""[{"role":"user","role":"system","content":"a"}]""", "duplicate_parameter", "messages[0].role")]
    [InlineData("""[{"role":"user","content":"a","name":"bob"}]""", "unsupported_parameter", "messages[0].name")]
    [InlineData("""[{"role":"assistant","content":"a","audio":{"id":"x"}}]""", "unsupported_parameter", "messages[0].audio")]
    [InlineData("""[{"role":"assistant","function_call":{"name":"f","arguments":"{}"}}]""", "unsupported_parameter", "messages[0].function_call")]
    [InlineData("""[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"AA","format":"wav"}}]}]""", "invalid_content_type", "messages[0].content[0]")]
    [InlineData("""[{"role":"user","content":[{"type":"file","file":{"file_data":"data:application/pdf;base64,AAAA"}}]}]""", "invalid_content_type", "messages[0].content[0]")]
    [InlineData("""[{"role":"user","content":[{"type":"text"}]}]""", "missing_required_parameter", "messages[0].content[0].text")]
    [InlineData("""[{"role":"user","content":[{"type":"text","text":5}]}]""", "invalid_type", "messages[0].content[0].text")]
    [InlineData("""[{"role":"user","content":[{"text":"a"}]}]""", "missing_required_parameter", "messages[0].content[0].type")]
    [InlineData("""[{"role":"user","content":[{"type":"refusal","refusal":"a"}]}]""", "invalid_value", "messages[0].content[0].type")]
    [InlineData("""[{"role":"user","content":[{"type":"text","text":"a","speed":2}]}]""", "unsupported_parameter", "messages[0].content[0].speed")]
    [InlineData("""[{"role":"tool","content":"a"}]""", "missing_required_parameter", "messages[0].tool_call_id")]
    [InlineData("""[{"role":"tool","tool_call_id":4,"content":"a"}]""", "invalid_type", "messages[0].tool_call_id")]
    [InlineData("""[{"role":"assistant","tool_calls":{}}]""", "invalid_type", "messages[0].tool_calls")]
    [InlineData("""[{"role":"assistant","tool_calls":[4]}]""", "invalid_type", "messages[0].tool_calls[0]")]
    [InlineData("""[{"role":"assistant","tool_calls":[{"id":"c","type":"custom","custom":{}}]}]""", "invalid_value", "messages[0].tool_calls[0].type")]
    [InlineData("""[{"role":"assistant","tool_calls":[{"type":"function","function":{"name":"f","arguments":"{}"}}]}]""", "missing_required_parameter", "messages[0].tool_calls[0].id")]
    [InlineData("""[{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"arguments":"{}"}}]}]""", "missing_required_parameter", "messages[0].tool_calls[0].function.name")]
    [InlineData("""[{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":"{"}}]}]""", "invalid_value", "messages[0].tool_calls[0].function.arguments")]
    [InlineData("""[{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":"[1]"}}]}]""", "invalid_value", "messages[0].tool_calls[0].function.arguments")]
    [InlineData("""[{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":"{} x"}}]}]""", "invalid_value", "messages[0].tool_calls[0].function.arguments")]
    [InlineData("""[{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":"{\"a\":\"\ud800\"}"}}]}]""", "invalid_value", "messages[0].tool_calls[0].function.arguments")]
    [InlineData("""[{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":{}}}]}]""", "invalid_type", "messages[0].tool_calls[0].function.arguments")]
    public void What_has_no_words_is_refused_by_its_path(string messages, string code, string param)
    {
        var error = AnthropicRequests.Refusal($$"""{"model":"m","messages":{{messages}}}""");

        (error.Status, error.Code, error.Param).ShouldBe((400, code, param));
    }
}
