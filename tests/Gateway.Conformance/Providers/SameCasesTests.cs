using System.ClientModel;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Conformance.Running;
using Gateway.Testing;
using OpenAI.Chat;
using Shouldly;
using Xunit;

namespace Gateway.Conformance.Providers;

/// <summary>OpenAI's .NET client sees the same, whichever provider answers.</summary>
public sealed class SameCasesTests(ProviderGateway gateway) : IClassFixture<ProviderGateway>
{
    private static readonly BinaryData Parameters = BinaryData.FromString("""{"type":"object","properties":{"query":{"type":"string"}}}""");

    public static TheoryData<string> Dialects => new(ProviderKind.Enabled.Select(kind => kind.Dialect));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Question_is_answered_and_billed_by_the_providers_usage(string dialect)
    {
        var key = await gateway.NewKeyAsync();

        ChatCompletion answer = await gateway.Chat(key, dialect).CompleteChatAsync(
            [new SystemChatMessage("Be brief."), new UserChatMessage("[[prompt_tokens=90;completion_tokens=12]]Hello")], cancellationToken: Ct);

        answer.Content[0].Text.ShouldBe("You asked 'Hello' and sent 0 images.");
        answer.FinishReason.ShouldBe(ChatFinishReason.Stop);
        answer.Model.ShouldBe($"by-{dialect}");
        (answer.Usage.InputTokenCount, answer.Usage.OutputTokenCount).ShouldBe((90, 12));
        var row = (await gateway.Admin.LedgerAsync(key, Ct)).ShouldHaveSingleItem();
        row.Number("prompt_tokens").ShouldBe(90);
        row.Number("completion_tokens").ShouldBe(12);
        row.Text("usage_source").ShouldBe("provider");
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Maximum_cuts_the_answer(string dialect)
    {
        ChatCompletion answer = await gateway.Chat(await gateway.NewKeyAsync(), dialect).CompleteChatAsync(
            [new UserChatMessage("[[tokens=50]]")], new ChatCompletionOptions { MaxOutputTokenCount = 3 }, Ct);

        answer.Content[0].Text.ShouldBe("The picture shows");
        answer.FinishReason.ShouldBe(ChatFinishReason.Length);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Stream_arrives_whole_with_its_usage(string dialect)
    {
        var (text, finish, usage, _) = await ReadAsync(dialect, "[[prompt_tokens=90;text=Boats in a harbour]]", new ChatCompletionOptions());

        text.ShouldBe("Boats in a harbour");
        finish.ShouldBe(ChatFinishReason.Stop);
        usage.ShouldNotBeNull();
        (usage.InputTokenCount, usage.OutputTokenCount).ShouldBe((90, 4));
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Parallel_tool_calls_make_their_round_trip(string dialect)
    {
        var client = gateway.Chat(await gateway.NewKeyAsync(), dialect);
        List<ChatMessage> messages = [new UserChatMessage("[[tool=2]]What is there?")];

        ChatCompletion call = await client.CompleteChatAsync(messages, WithTools(), Ct);
        messages.Add(new AssistantChatMessage(call));
        messages.AddRange(call.ToolCalls.Select(each => new ToolChatMessage(each.Id, "A harbour.")));
        messages.Add(new UserChatMessage("And now?"));
        ChatCompletion answer = await client.CompleteChatAsync(messages, WithTools(), Ct);

        call.FinishReason.ShouldBe(ChatFinishReason.ToolCalls);
        call.ToolCalls.Select(each => each.FunctionName).ShouldBe(["describe", "look_up"]);
        call.ToolCalls.Select(each => (int)JsonNode.Parse(each.FunctionArguments)!["call"]!).ShouldBe([1, 2]);
        call.ToolCalls.Select(each => each.Id).Distinct().Count().ShouldBe(2);
        answer.FinishReason.ShouldBe(ChatFinishReason.Stop);
        answer.Content[0].Text.ShouldBe("You asked 'And now?' and sent 0 images.");
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Parallel_tool_calls_are_streamed_under_their_own_indices(string dialect)
    {
        var (_, finish, _, calls) = await ReadAsync(dialect, "[[tool=2]]What is there?", WithTools());

        finish.ShouldBe(ChatFinishReason.ToolCalls);
        calls.Keys.Order().ShouldBe([0, 1]);
        calls.Values.Select(arguments => (int)JsonNode.Parse(arguments.ToString())!["call"]!).Order().ShouldBe([1, 2]);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Images_reach_the_provider(string dialect)
    {
        var image = ChatMessageContentPart.CreateImagePart(BinaryData.FromBytes(Pictures.Png(1024, 768)), "image/png");

        ChatCompletion answer = await gateway.Chat(await gateway.NewKeyAsync(), dialect).CompleteChatAsync(
            [new UserChatMessage(ChatMessageContentPart.CreateTextPart("Compare"), image, image)], cancellationToken: Ct);

        answer.Content[0].Text.ShouldBe("You asked 'Compare' and sent 2 images.");
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Structured_output_fits_its_schema(string dialect)
    {
        var schema = BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"},"degrees":{"type":"integer"}},"required":["city","degrees"],"additionalProperties":false}""");

        ChatCompletion answer = await gateway.Chat(await gateway.NewKeyAsync(), dialect).CompleteChatAsync(
            [new UserChatMessage("Weather?")],
            new ChatCompletionOptions { ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat("weather", schema, jsonSchemaIsStrict: true) },
            Ct);

        var weather = JsonNode.Parse(answer.Content[0].Text)!;
        ((string?)weather["city"]).ShouldBe("sample");
        ((int?)weather["degrees"]).ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Bad_request_is_told_as_one_and_costs_nothing(string dialect)
    {
        var key = await gateway.NewKeyAsync();

        var error = await Should.ThrowAsync<ClientResultException>(() =>
            gateway.Chat(key, dialect).CompleteChatAsync([new UserChatMessage("[[status=400]]")], cancellationToken: Ct));

        error.Status.ShouldBe(400);
        var told = JsonNode.Parse(error.GetRawResponse()!.Content.ToString())!["error"]!;
        ((string?)told["type"]).ShouldBe("invalid_request_error");
        ((string?)told["message"]).ShouldNotBeNullOrEmpty();
        (await gateway.Admin.LedgerAsync(key, Ct)).ShouldAllBe(row => row.Number("amount_nano_usd") == 0);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Failure_in_mid_stream_is_no_finish_and_costs_what_came(string dialect)
    {
        // This client passes over an error event without a word: what it sees is an answer that never finished.
        var key = await gateway.NewKeyAsync();
        var text = new StringBuilder();
        ChatFinishReason? finish = null;
        await foreach (var update in gateway.FailingChat(key, dialect).CompleteChatStreamingAsync([new UserChatMessage("[[tokens=10;stream_error=4]]Go on")], cancellationToken: Ct))
        {
            text.Append(string.Concat(update.ContentUpdate.Select(part => part.Text)));
            finish = update.FinishReason ?? finish;
        }

        text.ToString().ShouldBe("The picture shows a");
        finish.ShouldBeNull();
        var row = (await gateway.Admin.WaitForRowsAsync(key, 1, Ct)).ShouldHaveSingleItem();
        row.Text("outcome").ShouldBe("upstream_failed");
        row.Number("completion_tokens").ShouldBeGreaterThan(0);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Failure_of_the_provider_is_told_in_openais_form_and_free(string dialect)
    {
        foreach (var (directives, status, code) in ((string, int, string)[])[
            ("status=401", 502, "provider_authentication_failed"), ("status=429;retry_after=7", 429, "rate_limit_exceeded"), ("status=500", 502, "provider_error")])
        {
            var key = await gateway.NewKeyAsync();

            var error = await Should.ThrowAsync<ClientResultException>(() =>
                gateway.FailingChat(key, dialect).CompleteChatAsync([new UserChatMessage($"[[{directives}]]")], cancellationToken: Ct));

            error.Status.ShouldBe(status);
            var answer = error.GetRawResponse()!;
            ((string?)JsonNode.Parse(answer.Content.ToString())!["error"]!["code"]).ShouldBe(code);
            (answer.Headers.TryGetValue("retry-after", out var wait) ? wait : null).ShouldBe(status == 429 ? "7" : null);
            (await gateway.Admin.LedgerAsync(key, Ct)).ShouldHaveSingleItem().Number("amount_nano_usd").ShouldBe(0);
        }
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Aborted_stream_leaves_exactly_one_row(string dialect)
    {
        var key = await gateway.NewKeyAsync();
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var seen = 0;

        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var update in gateway.Chat(key, dialect).CompleteChatStreamingAsync([new UserChatMessage("[[tokens=200;pace=20ms]]Go on")], cancellationToken: abort.Token))
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
    }

    private static ChatCompletionOptions WithTools() =>
        new() { Tools = { ChatTool.CreateFunctionTool("describe", "Describes.", Parameters), ChatTool.CreateFunctionTool("look_up", "Looks up.", Parameters) } };

    private async Task<(string Text, ChatFinishReason? Finish, ChatTokenUsage? Usage, Dictionary<int, StringBuilder> Calls)> ReadAsync(
        string dialect, string question, ChatCompletionOptions options)
    {
        var text = new StringBuilder();
        var calls = new Dictionary<int, StringBuilder>();
        ChatFinishReason? finish = null;
        ChatTokenUsage? usage = null;
        var client = gateway.Chat(await gateway.NewKeyAsync(), dialect);
        await foreach (var update in client.CompleteChatStreamingAsync([new UserChatMessage(question)], options, Ct))
        {
            text.Append(string.Concat(update.ContentUpdate.Select(part => part.Text)));
            finish = update.FinishReason ?? finish;
            usage = update.Usage ?? usage;
            foreach (var piece in update.ToolCallUpdates)
            {
                calls.TryAdd(piece.Index, new StringBuilder());
                calls[piece.Index].Append(piece.FunctionArgumentsUpdate);
            }
        }

        return (text.ToString(), finish, usage, calls);
    }
}
