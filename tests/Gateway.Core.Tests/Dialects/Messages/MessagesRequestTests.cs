using System.Text;
using Gateway.Core.Dialects.Anthropic;
using Gateway.Core.Images;
using Gateway.Core.Models;
using Gateway.Core.Requests;
using Gateway.Core.Tests.Images;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Dialects.Messages;

public sealed class MessagesRequestTests
{
    private static readonly string Png = Convert.ToBase64String(PngBytes.Of(3, 4));

    [Theory]
    [InlineData(
        """{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}""",
        """{"model":"upstream","messages":[{"role":"user","content":"Hi"}],"max_completion_tokens":9}""")]
    [InlineData(
        """{"model":"m","max_tokens":9,"system":"S","stream":true,"temperature":0.5,"top_p":0.9,"top_k":4,"stop_sequences":["a"],"metadata":{"user_id":"u"},"service_tier":"standard_only","messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b","cache_control":{"type":"ephemeral"}}]}]}""",
        """{"stream_options":{"include_usage":true},"model":"upstream","messages":[{"role":"system","content":"S"},{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}],"max_completion_tokens":9,"stream":true,"temperature":0.5,"top_p":0.9,"top_k":4,"stop":["a"],"user":"u","service_tier":"default"}""")]
    [InlineData(
        """{"model":"m","max_tokens":9,"system":[{"type":"text","text":"S"},{"type":"text","text":"T","cache_control":{"type":"ephemeral","ttl":"1h"}}],"thinking":{"type":"enabled","budget_tokens":9000},"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"s"},{"type":"text","text":"a\u00e9"},{"type":"text","text":"b"}]},{"role":"user","content":"y"}]}""",
        """{"model":"upstream","messages":[{"role":"system","content":[{"type":"text","text":"S"},{"type":"text","text":"T"}]},{"role":"user","content":"x"},{"role":"assistant","content":"a\u00e9b"},{"role":"user","content":"y"}],"max_completion_tokens":9,"reasoning_effort":"medium"}""")]
    [InlineData(
        """{"model":"m","max_tokens":9,"thinking":{"type":"adaptive"},"output_config":{"effort":"max","format":{"type":"json_schema","schema":{"type":"object"}}},"messages":[{"role":"user","content":"x"}]}""",
        """{"model":"upstream","messages":[{"role":"user","content":"x"}],"max_completion_tokens":9,"reasoning_effort":"max","response_format":{"type":"json_schema","json_schema":{"name":"answer","strict":true,"schema":{"type":"object"}}}}""")]
    [InlineData(
        """{"model":"m","max_tokens":9,"tools":[{"name":"f","description":"d","input_schema":{"type":"object"},"cache_control":{"type":"ephemeral"}},{"type":"custom","name":"g","input_schema":{},"strict":true}],"tool_choice":{"type":"tool","name":"f","disable_parallel_tool_use":true},"messages":[{"role":"user","content":"x"}]}""",
        """{"model":"upstream","messages":[{"role":"user","content":"x"}],"max_completion_tokens":9,"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"}}},{"type":"function","function":{"name":"g","parameters":{},"strict":true}}],"tool_choice":{"type":"function","function":{"name":"f"}},"parallel_tool_calls":false}""")]
    [InlineData(
        """{"model":"m","max_tokens":9,"tools":[{"name":"f","input_schema":{}}],"tool_choice":{"type":"any"},"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"f","input":{"a":"\"q\""}},{"type":"tool_use","id":"t2","name":"f","input":{}}]},{"role":"user","content":[{"type":"text","text":"and"},{"type":"tool_result","tool_use_id":"t1","content":"one"},{"type":"tool_result","tool_use_id":"t2","is_error":true,"content":[{"type":"text","text":"two"},{"type":"text","text":"three"}]}]}]}""",
        """{"model":"upstream","messages":[{"role":"user","content":"x"},{"role":"assistant","content":null,"tool_calls":[{"id":"t1","type":"function","function":{"name":"f","arguments":"{\"a\":\"\\\"q\\\"\"}"}},{"id":"t2","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"t1","content":"one"},{"role":"tool","tool_call_id":"t2","content":[{"type":"text","text":"two"},{"type":"text","text":"three"}]},{"role":"user","content":[{"type":"text","text":"and"}]}],"max_completion_tokens":9,"tools":[{"type":"function","function":{"name":"f","parameters":{}}}],"tool_choice":"required"}""")]
    [InlineData(
        """{"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"document","title":"T","context":"C","source":{"type":"text","media_type":"text/plain","data":"D"}},{"type":"document","title":"a.pdf","source":{"type":"base64","media_type":"application/pdf","data":"QUJD"}},{"type":"search_result","source":"https://s","title":"R","content":[{"type":"text","text":"found"}]}]}]}""",
        """{"model":"upstream","messages":[{"role":"user","content":[{"type":"text","text":"T"},{"type":"text","text":"C"},{"type":"text","text":"D"},{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,QUJD"}},{"type":"text","text":"R"},{"type":"text","text":"https://s"},{"type":"text","text":"found"}]}],"max_completion_tokens":9}""")]
    public void Body_becomes_a_chat_body(string messages, string chat) => MessagesWire.ToChat(messages).ShouldBe(chat);

    [Fact]
    public void Images_become_data_urls_with_the_type_that_their_bytes_have()
    {
        var chat = MessagesWire.ToChat($$$"""
            {"model":"m","max_tokens":9,"messages":[{"role":"user","content":[
              {"type":"image","source":{"type":"base64","media_type":"image/jpeg","data":"{{{Png}}}"}},
              {"type":"text","text":"and"},
              {"source":{"url":"https:\/\/x\/y.png","type":"url"},"type":"image"}]}]}
            """);

        chat.ShouldBe(
            $$$"""{"model":"upstream","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,{{{Png}}}"}},{"type":"text","text":"and"},{"type":"image_url","image_url":{"url":"https:\/\/x\/y.png"}}]}],"max_completion_tokens":9}""");
    }

    [Fact]
    public void Images_of_results_follow_the_results_under_the_name_of_their_call_and_none_is_taken_for_another()
    {
        var other = Convert.ToBase64String(PngBytes.Of(7, 7));

        var chat = MessagesWire.ToChat($$$"""
            {"model":"m","max_tokens":9,"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"f","input":{}}]},{"role":"user","content":[
              {"type":"image","source":{"type":"base64","media_type":"image/png","data":"{{{Png}}}"}},
              {"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"seen"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"{{{other}}}"}}]}]}]}
            """);

        chat.ShouldContain($$$"""{"role":"tool","tool_call_id":"t1","content":"seen"},{"role":"user","content":[{"type":"text","text":"Images of t1:"},{"type":"image_url","image_url":{"url":"data:image/png;base64,{{{other}}}"}},{"type":"image_url","image_url":{"url":"data:image/png;base64,{{{Png}}}"}}]}""");
    }

    [Fact]
    public void Large_image_is_sent_from_the_clients_own_bytes()
    {
        var large = Convert.ToBase64String([.. PngBytes.Of(3, 4), .. new byte[300_000]]);
        var body = Encoding.UTF8.GetBytes($$$"""{"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"{{{large}}}"}}]}]}""");

        MessagesWire.Write(body, Gateway.Core.Dialects.OpenAi.OpenAiDialect.Instance).TryGet(out var written, out var error).ShouldBeTrue(error?.Message);

        written!.Segments.Where(segment => segment.Stream is null).Sum(segment => segment.Length).ShouldBeLessThan(1000);
        written.Segments.Single(segment => segment.Stream is not null).Length.ShouldBe(large.Length);
        MessagesWire.TextOf(written).ShouldContain($"data:image/png;base64,{large}");
    }

    [Fact]
    public void Base64_that_is_not_clean_is_cleaned_for_others()
    {
        var chat = MessagesWire.ToChat($$$"""{"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"{{{Png[..8]}}}\n{{{Png[8..].TrimEnd('=')}}}"}}]}]}""");

        chat.ShouldContain($"data:image/png;base64,{Png}\"");
    }

    [Fact]
    public void Gemini_gets_it_by_way_of_the_chat_body()
    {
        var gemini = MessagesWire.ToGemini($$$"""{"model":"m","max_tokens":9,"system":"S","messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"{{{Png}}}"}},{"type":"text","text":"x"}]}]}""");

        gemini.ShouldContain($$$"""{"inlineData":{"mimeType":"image/png","data":"{{{Png}}}"}}""");
        gemini.ShouldContain("\"maxOutputTokens\":9");
        gemini.ShouldContain("\"systemInstruction\"");
    }

    [Fact]
    public void Bytes_pass_to_those_who_speak_it_but_for_the_name_of_the_model()
    {
        const string body = """{ "max_tokens" : 9, "model":"m","unknown":{"a":[1.50]},"messages":[ {"role":"user","content":[{"type":"new_block","x":1}]},{"role":"assistant","content":[{"type":"thinking","thinking":"\u0041","signature":"s=="}]}] ,"context_management":{"edits":[]}}""";

        MessagesWire.ToAnthropic(body).ShouldBe(body.Replace("\"m\"", "\"upstream\"", StringComparison.Ordinal));
    }

    [Fact]
    public void Wrong_media_type_is_mended_and_uploaded_image_put_in()
    {
        var body = $$$"""{"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/webp","data":"{{{Png}}}"}},{"type":"image","source":{"type":"file","file_id":"file-abc"}}]}]}""";

        MessagesWire.Write(
            Encoding.UTF8.GetBytes(body),
            AnthropicDialect.Instance,
            stored: part => new SizedImage(part, new ImageHeader(ImageFormat.Gif, new ImageSize(1, 1), false)) { Content = new StreamedInsert(4, _ => new(new MemoryStream("R0lG"u8.ToArray()))) })
            .TryGet(out var written, out var error).ShouldBeTrue(error?.Message);

        MessagesWire.TextOf(written!).ShouldBe(
            $$$"""{"model":"upstream","max_tokens":9,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"{{{Png}}}"}},{"type":"image","source":{"type":"base64","media_type":"image/gif","data":"R0lG"}}]}]}""");
    }

    [Fact]
    public void Card_drops_what_it_says_and_adds_what_the_api_knows()
    {
        var card = new ModelCard
        {
            Id = "card",
            Parameters = new ParameterPolicy
            {
                Drop = ["top_k", "max_tokens", "reasoning_effort"],
                Defaults = [new("temperature", [.. "0.2"u8]), new("seed", [.. "1"u8])],
            },
        };
        const string body = """{"model":"m","max_tokens":9,"top_k":3,"thinking":{"type":"enabled","budget_tokens":9000},"messages":[{"role":"user","content":"x"}]}""";

        MessagesWire.ToAnthropic(body, card).ShouldBe("""{"temperature":0.2,"model":"upstream","max_tokens":9,"thinking":{"type":"enabled","budget_tokens":9000},"messages":[{"role":"user","content":"x"}]}""");
        MessagesWire.ToChat(body, card).ShouldBe("""{"temperature":0.2,"seed":1,"model":"upstream","messages":[{"role":"user","content":"x"}],"max_completion_tokens":9}""");
    }

    [Theory]
    [InlineData("""{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"{"}]}""", "messages[1].role")]
    [InlineData("""{"model":"m","max_tokens":9,"context_management":{},"messages":[{"role":"user","content":"x"}]}""", "context_management")]
    [InlineData("""{"model":"m","max_tokens":9,"tools":[{"type":"bash_20250124","name":"bash"}],"messages":[{"role":"user","content":"x"}]}""", "tools[0].type")]
    [InlineData("""{"model":"m","max_tokens":9,"tools":[{"name":"f","input_schema":{},"defer_loading":true}],"messages":[{"role":"user","content":"x"}]}""", "tools[0].defer_loading")]
    [InlineData("""{"model":"m","max_tokens":9,"tools":[{"name":"f"}],"messages":[{"role":"user","content":"x"}]}""", "tools[0].input_schema")]
    [InlineData("""{"model":"m","max_tokens":9,"tool_choice":{"type":"any"},"messages":[{"role":"user","content":"x"}]}""", "tool_choice")]
    [InlineData("""{"model":"m","max_tokens":9,"thinking":{"type":"enabled"},"messages":[{"role":"user","content":"x"}]}""", "thinking.budget_tokens")]
    [InlineData("""{"model":"m","max_tokens":9,"stop_sequences":"a","messages":[{"role":"user","content":"x"}]}""", "stop_sequences")]
    [InlineData("""{"model":"m","max_tokens":9,"output_config":{"task_budget":{}},"messages":[{"role":"user","content":"x"}]}""", "output_config.task_budget")]
    [InlineData("""{"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"new_block"}]}]}""", "messages[0].content[0].type")]
    [InlineData("""{"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"document","source":{"type":"url","url":"https://x/a.pdf"}}]}]}""", "messages[0].content[0]")]
    [InlineData("""{"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"document","citations":{"enabled":true},"source":{"type":"text","data":"x"}}]}]}""", "messages[0].content[0].citations")]
    [InlineData("""{"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"tool_result","content":"x"}]}]}""", "messages[0].content[0].tool_use_id")]
    [InlineData("""{"model":"m","max_tokens":9,"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"1","name":"f","input":[]}]},{"role":"user","content":"x"}]}""", "messages[0].content[0].input")]
    public void What_chat_completions_cannot_say_is_refused_by_name(string body, string param)
    {
        var error = MessagesWire.Refusal(body);

        (error.Status, error.Param).ShouldBe((400, param));
    }

    [Fact]
    public void Cache_for_an_hour_has_a_price_that_no_card_states()
    {
        const string body = """{"model":"m","max_tokens":9,"system":[{"type":"text","text":"S","cache_control":{"type":"ephemeral","ttl":"1h"}}],"messages":[{"role":"user","content":"x"}]}""";

        MessagesWire.Refusal(body, AnthropicDialect.Instance).Param.ShouldBe("system[0].cache_control.ttl");
        MessagesWire.ToChat(body).ShouldContain("\"S\"");
    }
}
