using Gateway.Conformance.Running;
using OpenAI.Models;
using Shouldly;
using Xunit;

namespace Gateway.Conformance.OpenAi;

public sealed class ModelTests(RunningGateway gateway)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Models_of_the_catalog_are_listed()
    {
        OpenAIModelCollection models = await gateway.Models(await gateway.NewKeyAsync()).GetModelsAsync(Ct);

        models.Select(model => model.Id).ShouldBe(
            [
                Offer.Chat, Offer.PerRequest, Offer.Weather, "gpt-image-1", "pictures", "gpt-4o-transcribe", "whisper-1", "tts-1", "text-embedding-3-small", "gpt-3.5-turbo-instruct",
                "omni-moderation-latest",
            ],
            ignoreOrder: true);
        models.Single(model => model.Id == Offer.Chat).OwnedBy.ShouldBe("openai");
    }

    [Fact]
    public async Task One_model_is_found_by_its_id()
    {
        OpenAIModel model = await gateway.Models(await gateway.NewKeyAsync()).GetModelAsync(Offer.PerRequest, Ct);

        model.Id.ShouldBe(Offer.PerRequest);
    }
}
