using System.ClientModel;
using System.Text.Json.Nodes;
using Gateway.Conformance.Running;
using Gateway.Testing;
using OpenAI.Responses;
using Shouldly;
using Xunit;

namespace Gateway.Conformance.OpenAi;

#pragma warning disable OPENAI001 // The client's own word that its names may yet change.

/// <summary>OpenAI's .NET client at the Responses API.</summary>
public sealed class ResponseTests(RunningGateway gateway)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Question_is_answered_and_billed_once()
    {
        var key = await gateway.NewKeyAsync();

        ResponseResult answer = await gateway.Responses(key).CreateResponseAsync(Ask("Hello there"), Ct);

        answer.GetOutputText().ShouldBe("You asked 'Hello there' and sent 0 images.");
        answer.Status.ShouldBe(ResponseStatus.Completed);
        answer.Model.ShouldBe(Offer.Chat);
        var row = (await gateway.Admin.LedgerAsync(key, Ct)).ShouldHaveSingleItem();
        row.Text("endpoint").ShouldBe("/v1/responses");
        row.Number("prompt_tokens").ShouldBe(answer.Usage.InputTokenCount);
        row.Number("completion_tokens").ShouldBe(answer.Usage.OutputTokenCount);
    }

    [Fact]
    public async Task Stream_gives_its_text_piece_by_piece_and_the_response_last()
    {
        var key = await gateway.NewKeyAsync();
        var options = Ask("Tell me");
        options.StreamingEnabled = true;
        var text = "";
        StreamingResponseUpdate? last = null;

        await foreach (var update in await gateway.Responses(key).CreateResponseStreamingAsync(options, Ct))
        {
            text += (update as StreamingResponseOutputTextDeltaUpdate)?.Delta;
            last = update;
        }

        text.ShouldBe("You asked 'Tell me' and sent 0 images.");
        last.ShouldBeOfType<StreamingResponseCompletedUpdate>().Response.Model.ShouldBe(Offer.Chat);
    }

    [Fact]
    public async Task Picture_is_counted_by_its_tiles()
    {
        var key = await gateway.NewKeyAsync();
        var options = new CreateResponseOptions { Model = Offer.Chat };
        options.InputItems.Add(ResponseItem.CreateUserMessageItem(
        [
            ResponseContentPart.CreateInputTextPart("What is this?"),
            ResponseContentPart.CreateInputImagePart(new Uri(Pictures.PngUrl(1024, 1024))),
        ]));

        await gateway.Responses(key).CreateResponseAsync(options, Ct);

        (await gateway.Admin.LedgerAsync(key, Ct)).ShouldHaveSingleItem().Number("image_tokens_estimated").ShouldBe(765);
    }

    [Fact]
    public async Task Conversation_goes_on_from_a_stored_response()
    {
        var key = await gateway.NewKeyAsync();
        var client = gateway.Responses(key);
        ResponseResult first = await client.CreateResponseAsync(Ask("First"), Ct);
        var next = Ask("Second");
        next.PreviousResponseId = first.Id;

        ResponseResult second = await client.CreateResponseAsync(next, Ct);

        second.PreviousResponseId.ShouldBe(first.Id);
        second.Usage.InputTokenCount.ShouldBeGreaterThan(first.Usage.InputTokenCount + first.Usage.OutputTokenCount);
    }

    [Fact]
    public async Task Refusal_names_its_parameter()
    {
        var key = await gateway.NewKeyAsync();
        var options = Ask("And?");
        options.PreviousResponseId = "resp_nobody";

        var refusal = await Should.ThrowAsync<ClientResultException>(() => gateway.Responses(key).CreateResponseAsync(options, Ct));

        refusal.Status.ShouldBe(404);
        var error = JsonNode.Parse(refusal.GetRawResponse()!.Content)!["error"]!;
        ((string?)error["code"], (string?)error["param"]).ShouldBe(("previous_response_not_found", "previous_response_id"));
    }

    private static CreateResponseOptions Ask(string text)
    {
        var options = new CreateResponseOptions { Model = Offer.Chat };
        options.InputItems.Add(ResponseItem.CreateUserMessageItem(text));
        return options;
    }
}
