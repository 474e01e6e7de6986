using System.ClientModel;
using System.Text.Json.Nodes;
using Gateway.Conformance.Running;
using Gateway.Testing;
using OpenAI.Chat;
using Shouldly;
using Xunit;

namespace Gateway.Conformance.OpenAi;

public sealed class ErrorTests(RunningGateway gateway)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Wrong_key_is_401()
    {
        var error = await FailAsync(gateway.Chat(new GatewayKey("none", "sk-gw-0000000000000000000000000000000000000000000000000")), "Hello");

        error.Status.ShouldBe(401);
        Body(error, "code").ShouldBe("invalid_api_key");
        Body(error, "type").ShouldBe("invalid_request_error");
    }

    [Fact]
    public async Task Unknown_model_is_404()
    {
        var error = await FailAsync(gateway.Chat(await gateway.NewKeyAsync(), "gpt-nowhere"), "Hello");

        error.Status.ShouldBe(404);
        Body(error, "code").ShouldBe("model_not_found");
    }

    [Fact]
    public async Task Image_that_is_none_is_400()
    {
        var key = await gateway.NewKeyAsync();

        var error = await Should.ThrowAsync<ClientResultException>(() => gateway.Chat(key).CompleteChatAsync(
            [new UserChatMessage(ChatMessageContentPart.CreateImagePart(BinaryData.FromString("no picture at all"), "image/png"))], cancellationToken: Ct));

        error.Status.ShouldBe(400);
        Body(error, "type").ShouldBe("invalid_request_error");
        Body(error, "code").ShouldBe("invalid_image_format");
        (await gateway.Admin.LedgerAsync(key, Ct)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Parameter_that_the_model_refuses_is_400()
    {
        var client = gateway.Chat(await gateway.NewKeyAsync(), Offer.PerRequest);

        var error = await Should.ThrowAsync<ClientResultException>(() => client.CompleteChatAsync(
            [new UserChatMessage("Hello")], new ChatCompletionOptions { Tools = { ChatTool.CreateFunctionTool("look") } }, Ct));

        error.Status.ShouldBe(400);
        Body(error, "code").ShouldBe("unsupported_parameter");
        Body(error, "param").ShouldBe("tools");
    }

    [Fact]
    public async Task Rejected_provider_key_is_the_operators_fault()
    {
        // A 502 is tried again by the client before it gives up.
        var error = await FailAsync(gateway.Chat(await gateway.NewKeyAsync()), "[[status=401]]Hello");

        error.Status.ShouldBe(502);
        Body(error, "code").ShouldBe("provider_authentication_failed");
    }

    private static async Task<ClientResultException> FailAsync(ChatClient client, string text) =>
        await Should.ThrowAsync<ClientResultException>(() => client.CompleteChatAsync([new UserChatMessage(text)], cancellationToken: Ct));

    private static string? Body(ClientResultException error, string field) =>
        (string?)JsonNode.Parse(error.GetRawResponse()!.Content)!["error"]![field];
}
