using System.Text.Json.Nodes;
using Gateway.Conformance.Running;
using OpenAI.Chat;
using Shouldly;
using Xunit;

namespace Gateway.Conformance.OpenAi;

public sealed class ChatTests(RunningGateway gateway)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Question_is_answered_and_billed_once()
    {
        var key = await gateway.NewKeyAsync();

        ChatCompletion answer = await gateway.Chat(key).CompleteChatAsync([new UserChatMessage("Hello there")], cancellationToken: Ct);

        answer.Content.ShouldHaveSingleItem().Text.ShouldBe("You asked 'Hello there' and sent 0 images.");
        answer.FinishReason.ShouldBe(ChatFinishReason.Stop);
        answer.Model.ShouldBe(Offer.Chat);
        answer.Usage.OutputTokenCount.ShouldBe(8);
        var row = (await gateway.Admin.LedgerAsync(key, Ct)).ShouldHaveSingleItem();
        row.Text("outcome").ShouldBe("completed");
        row.Number("prompt_tokens").ShouldBe(answer.Usage.InputTokenCount);
        row.Number("completion_tokens").ShouldBe(8);
    }

    [Fact]
    public async Task Conversation_keeps_its_roles_and_options()
    {
        var key = await gateway.NewKeyAsync();
        ChatMessage[] messages =
        [
            new SystemChatMessage("Be brief."),
            new UserChatMessage("First"),
            new AssistantChatMessage("Yes?"),
            new UserChatMessage("[[tokens=50]]Second"),
        ];

        ChatCompletion answer = await gateway.Chat(key).CompleteChatAsync(
            messages, new ChatCompletionOptions { MaxOutputTokenCount = 5, Temperature = 0.5f, EndUserId = "user-7" }, Ct);

        answer.FinishReason.ShouldBe(ChatFinishReason.Length);
        answer.Usage.OutputTokenCount.ShouldBe(5);
        var sent = await gateway.UpstreamBodyAsync(key);
        sent["messages"]!.AsArray().Select(message => (string?)message!["role"]).ShouldBe(["system", "user", "assistant", "user"]);
        ((int)sent["max_completion_tokens"]!).ShouldBe(5);
        ((string?)sent["user"]).ShouldBe("user-7");
    }

    [Fact]
    public async Task Structured_output_passes_through_and_fits_its_schema()
    {
        const string Schema = """{"type":"object","properties":{"city":{"type":"string"},"degrees":{"type":"integer"}},"required":["city","degrees"],"additionalProperties":false}""";
        var key = await gateway.NewKeyAsync();
        var options = new ChatCompletionOptions
        {
            ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat("weather", BinaryData.FromString(Schema), jsonSchemaIsStrict: true),
        };

        ChatCompletion answer = await gateway.Chat(key, Offer.Weather).CompleteChatAsync([new UserChatMessage("How is it in Oslo?")], options, Ct);

        var weather = JsonNode.Parse(answer.Content[0].Text)!;
        ((string?)weather["city"]).ShouldBe("Oslo");
        ((int)weather["degrees"]!).ShouldBe(7);
        var format = (await gateway.UpstreamBodyAsync(key))["response_format"]!["json_schema"]!;
        ((bool)format["strict"]!).ShouldBeTrue();
        JsonNode.DeepEquals(format["schema"], JsonNode.Parse(Schema)).ShouldBeTrue();
    }

    [Fact]
    public async Task Tool_call_makes_its_round_trip()
    {
        var key = await gateway.NewKeyAsync();
        var client = gateway.Chat(key);
        var tool = ChatTool.CreateFunctionTool("look", "Looks at a picture.", BinaryData.FromString("""{"type":"object","properties":{"query":{"type":"string"}}}"""));
        List<ChatMessage> messages = [new UserChatMessage("What is there?")];

        ChatCompletion call = await client.CompleteChatAsync(messages, new ChatCompletionOptions { Tools = { tool }, ToolChoice = ChatToolChoice.CreateRequiredChoice() }, Ct);

        call.FinishReason.ShouldBe(ChatFinishReason.ToolCalls);
        var wanted = call.ToolCalls.ShouldHaveSingleItem();
        wanted.FunctionName.ShouldBe("look");
        JsonNode.Parse(wanted.FunctionArguments)!["query"].ShouldNotBeNull();

        messages.Add(new AssistantChatMessage(call));
        messages.Add(new ToolChatMessage(wanted.Id, "A harbour."));
        ChatCompletion answer = await client.CompleteChatAsync(messages, new ChatCompletionOptions { Tools = { tool } }, Ct);

        answer.FinishReason.ShouldBe(ChatFinishReason.Stop);
        answer.Content[0].Text.ShouldStartWith("You asked 'What is there?'");
        var last = (await gateway.UpstreamBodyAsync(key))["messages"]!.AsArray()[^1]!;
        ((string?)last["role"]).ShouldBe("tool");
        ((string?)last["tool_call_id"]).ShouldBe(wanted.Id);
    }
}
