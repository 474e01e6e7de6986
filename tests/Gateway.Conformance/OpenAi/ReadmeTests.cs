using System.ClientModel;
using System.Text.Json.Nodes;
using Gateway.Conformance.Running;
using Gateway.Testing;
using OpenAI;
using OpenAI.Audio;
using OpenAI.Chat;
using Shouldly;
using Xunit;

namespace Gateway.Conformance.OpenAi;

#pragma warning disable OPENAI001 // The client's own word that its names may yet change.

/// <summary>What the README of OpenAI's .NET package shows beside plain questions: calls that block, one client for all, raw bodies, and calls that nothing here serves.</summary>
public sealed class ReadmeTests(RunningGateway gateway)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>One call of each resource that is not served.</summary>
    public static TheoryData<string> Unserved => new(Calls.Keys);

    private static Dictionary<string, Action<OpenAIClient>> Calls { get; } = new()
    {
        ["assistants"] = static client => client.GetAssistantClient().GetAssistant("asst_1", Ct),
        ["fine-tuning"] = static client => client.GetFineTuningClient().GetJob("ftjob-1", Ct),
        ["vector stores"] = static client => client.GetVectorStoreClient().GetVectorStore("vs_1", Ct),
    };

    [Fact]
    public async Task Calls_that_block_are_answered_as_those_that_do_not()
    {
        var key = await gateway.NewKeyAsync();
        var client = gateway.Chat(key);

        ChatCompletion answer = client.CompleteChat([new UserChatMessage("Say 'this is a test.'")], cancellationToken: Ct);
        var streamed = string.Concat(client.CompleteChatStreaming([new UserChatMessage("Tell me")], cancellationToken: Ct)
            .SelectMany(static update => update.ContentUpdate).Select(static part => part.Text));

        answer.Content[0].Text.ShouldStartWith("You asked 'Say");
        streamed.ShouldBe("You asked 'Tell me' and sent 0 images.");
        (await gateway.Admin.LedgerAsync(key, Ct)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Raw_body_goes_and_comes_as_it_is()
    {
        var key = await gateway.NewKeyAsync();
        using var content = BinaryContent.Create(BinaryData.FromString("""{"model":"gpt-4o","messages":[{"role":"user","content":"Say 'this is a test.'"}],"nobody_knows":[1]}"""));

        var result = await gateway.Chat(key).CompleteChatAsync(content, null);

        var raw = result.GetRawResponse();
        ((string?)JsonNode.Parse(raw.Content)!["choices"]![0]!["message"]!["content"]).ShouldNotBeNullOrEmpty();
        raw.Headers.TryGetValue("x-request-id", out var id).ShouldBeTrue();
        (await gateway.Admin.LedgerAsync(key, Ct)).ShouldHaveSingleItem().Text("request_id").ShouldBe(id);
        ((int?)(await gateway.UpstreamBodyAsync(key))["nobody_knows"]![0]).ShouldBe(1);
    }

    [Fact]
    public async Task One_client_gives_those_for_each_kind()
    {
        var key = await gateway.NewKeyAsync();
        var client = new OpenAIClient(new ApiKeyCredential(key.Secret), new OpenAIClientOptions { Endpoint = gateway.Process.OpenAiBase });

        ChatCompletion answer = await client.GetChatClient(Offer.Chat).CompleteChatAsync([new UserChatMessage("Hello")], cancellationToken: Ct);
        var models = await client.GetOpenAIModelClient().GetModelsAsync(Ct);
        var speech = await client.GetAudioClient("tts-1").GenerateSpeechAsync("Hello", GeneratedSpeechVoice.Alloy, cancellationToken: Ct);

        answer.FinishReason.ShouldBe(ChatFinishReason.Stop);
        models.Value.Select(static model => model.Id).ShouldContain(Offer.Chat);
        speech.Value.ToMemory().Length.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Sound_in_a_question_is_refused_by_its_place_where_the_model_takes_none()
    {
        var key = await gateway.NewKeyAsync();
        var part = ChatMessageContentPart.CreateInputAudioPart(BinaryData.FromBytes(Sounds.Wav(1)), ChatInputAudioFormat.Wav);

        var error = await Should.ThrowAsync<ClientResultException>(() => gateway.Chat(key).CompleteChatAsync([new UserChatMessage(part)], cancellationToken: Ct));

        error.Status.ShouldBe(400);
        ((string?)JsonNode.Parse(error.GetRawResponse()!.Content)!["error"]!["param"])!.ShouldStartWith("messages[0].content[0]");
        (await gateway.Admin.LedgerAsync(key, Ct)).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Unserved))]
    public async Task Call_that_is_not_served_is_404_and_free(string name)
    {
        var key = await gateway.NewKeyAsync();
        var client = new OpenAIClient(new ApiKeyCredential(key.Secret), new OpenAIClientOptions { Endpoint = gateway.Process.OpenAiBase });

        var error = Should.Throw<ClientResultException>(() => Calls[name](client));

        error.Status.ShouldBe(404);
        var body = JsonNode.Parse(error.GetRawResponse()!.Content)!["error"]!;
        ((string?)body["type"]).ShouldBe("invalid_request_error");
        ((string?)body["message"])!.ShouldStartWith("Invalid URL (GET /v1/");
        (await gateway.Admin.LedgerAsync(key, Ct)).ShouldBeEmpty();
    }
}
