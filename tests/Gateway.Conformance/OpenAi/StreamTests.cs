using System.Text;
using Gateway.Conformance.Running;
using OpenAI.Chat;
using Shouldly;
using Xunit;

namespace Gateway.Conformance.OpenAi;

public sealed class StreamTests(RunningGateway gateway)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stream_arrives_whole_with_its_usage()
    {
        var key = await gateway.NewKeyAsync();
        var text = new StringBuilder();
        ChatTokenUsage? usage = null;
        ChatFinishReason? finish = null;

        // This client asks for usage with every stream.
        await foreach (var update in gateway.Chat(key).CompleteChatStreamingAsync([new UserChatMessage("Tell me")], cancellationToken: Ct))
        {
            update.Model.ShouldBe(Offer.Chat);
            text.Append(string.Concat(update.ContentUpdate.Select(part => part.Text)));
            usage = update.Usage ?? usage;
            finish = update.FinishReason ?? finish;
        }

        text.ToString().ShouldBe("You asked 'Tell me' and sent 0 images.");
        finish.ShouldBe(ChatFinishReason.Stop);
        usage.ShouldNotBeNull().OutputTokenCount.ShouldBe(8);
        var row = (await gateway.Admin.LedgerAsync(key, Ct)).ShouldHaveSingleItem();
        row.Number("prompt_tokens").ShouldBe(usage.InputTokenCount);
        row.Number("completion_tokens").ShouldBe(8);
        row.Text("usage_source").ShouldBe("provider");
        ((bool)row["stream"]!).ShouldBeTrue();
    }

    [Fact]
    public async Task Tool_call_is_streamed_in_pieces()
    {
        var key = await gateway.NewKeyAsync();
        var options = new ChatCompletionOptions { Tools = { ChatTool.CreateFunctionTool("look") }, ToolChoice = ChatToolChoice.CreateFunctionChoice("look") };
        var arguments = new StringBuilder();
        var names = new List<string>();

        await foreach (var update in gateway.Chat(key).CompleteChatStreamingAsync([new UserChatMessage("What is there?")], options, Ct))
        {
            foreach (var piece in update.ToolCallUpdates)
            {
                names.AddRange(piece.FunctionName is { } name ? [name] : Array.Empty<string>());
                arguments.Append(piece.FunctionArgumentsUpdate);
            }
        }

        names.ShouldBe(["look"]);
        arguments.ToString().ShouldBe("""{"query":"what the pictures show","call":1}""");
    }

    [Fact]
    public async Task Aborted_stream_leaves_exactly_one_row()
    {
        var key = await gateway.NewKeyAsync();
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var seen = 0;

        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var update in gateway.Chat(key).CompleteChatStreamingAsync([new UserChatMessage("[[tokens=200;pace=20ms]]Go on")], cancellationToken: abort.Token))
            {
                if (++seen == 5)
                {
                    await abort.CancelAsync();
                }
            }
        });

        var row = (await gateway.Admin.WaitForRowsAsync(key, 1, Ct)).ShouldHaveSingleItem();
        row.Text("outcome").ShouldBe("client_disconnected");
        row.Number("amount_nano_usd").ShouldBeGreaterThan(0);

        // Whatever was still to come of the first request would have come before the end of a second one.
        await gateway.Chat(key).CompleteChatAsync([new UserChatMessage("Again")], cancellationToken: Ct);
        (await gateway.Admin.LedgerAsync(key, Ct)).Select(each => each.Text("outcome")).ShouldBe(["completed", "client_disconnected"]);
    }
}
