using Gateway.Conformance.Running;
using Gateway.Testing;
using OpenAI.Chat;
using Shouldly;
using Xunit;

namespace Gateway.Conformance.OpenAi;

public sealed class ImageTests(RunningGateway gateway)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Image_of_bytes_is_counted_by_its_tiles()
    {
        var key = await gateway.NewKeyAsync();

        ChatCompletion answer = await gateway.Chat(key).CompleteChatAsync(
            [new UserChatMessage(ChatMessageContentPart.CreateTextPart("What is this?"), Image(1024, 1024, ChatImageDetailLevel.High))], cancellationToken: Ct);

        answer.Content[0].Text.ShouldBe("You asked 'What is this?' and sent 1 image.");
        var row = (await gateway.Admin.LedgerAsync(key, Ct)).ShouldHaveSingleItem();
        row.Number("images").ShouldBe(1);
        row.Number("image_tokens_estimated").ShouldBe(765);
        row.Number("prompt_tokens").ShouldBe(answer.Usage.InputTokenCount);
    }

    [Fact]
    public async Task Several_images_are_counted_each_at_its_own_detail()
    {
        var key = await gateway.NewKeyAsync();

        ChatCompletion answer = await gateway.Chat(key).CompleteChatAsync(
            [
                new UserChatMessage(
                    Image(2048, 4096, ChatImageDetailLevel.High),
                    Image(4096, 8192, ChatImageDetailLevel.Low),
                    Image(512, 512, ChatImageDetailLevel.Auto),
                    ChatMessageContentPart.CreateTextPart("Compare")),
            ],
            cancellationToken: Ct);

        answer.Content[0].Text.ShouldBe("You asked 'Compare' and sent 3 images.");
        var row = (await gateway.Admin.LedgerAsync(key, Ct)).ShouldHaveSingleItem();
        row.Number("images").ShouldBe(3);
        row.Number("image_tokens_estimated").ShouldBe(1105 + 85 + 255);
    }

    [Fact]
    public async Task Model_with_a_price_per_request_costs_it_whatever_the_picture()
    {
        var key = await gateway.NewKeyAsync();

        await gateway.Chat(key, "gpt-4-vision-preview").CompleteChatAsync(
            [new UserChatMessage(ChatMessageContentPart.CreateTextPart("What is this?"), Image(2048, 2048, ChatImageDetailLevel.High))], cancellationToken: Ct);

        var row = (await gateway.Admin.LedgerAsync(key, Ct)).ShouldHaveSingleItem();
        row.Text("model").ShouldBe(Offer.PerRequest);
        row.Number("amount_nano_usd").ShouldBe(40_000_000);
        row.Number("list_amount_nano_usd").ShouldBe(50_000_000);
    }

    private static ChatMessageContentPart Image(int width, int height, ChatImageDetailLevel detail) =>
        ChatMessageContentPart.CreateImagePart(BinaryData.FromBytes(Pictures.Png(width, height)), "image/png", detail);
}
