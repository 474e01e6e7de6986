using System.ClientModel;
using Gateway.Conformance.Running;
using OpenAI.Embeddings;
using Shouldly;
using Xunit;

namespace Gateway.Conformance.OpenAi;

public sealed class EmbeddingTests(RunningGateway gateway)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Vector_of_a_text_is_billed_by_its_tokens()
    {
        var key = await gateway.NewKeyAsync();

        OpenAIEmbedding embedding = await gateway.Embeddings(key).GenerateEmbeddingAsync("[[prompt_tokens=1000]]hello", cancellationToken: Ct);

        var vector = embedding.ToFloats().ToArray();
        vector.Length.ShouldBe(1536);
        vector.Sum(number => (double)number * number).ShouldBe(1, 1e-4);
        var row = (await gateway.Admin.LedgerAsync(key, Ct)).ShouldHaveSingleItem();
        row.Text("endpoint").ShouldBe("/v1/embeddings");
        row.Text("usage_source").ShouldBe("provider");
        row.Number("prompt_tokens").ShouldBe(1000);
        row.Number("amount_nano_usd").ShouldBe(20_000);
    }

    [Fact]
    public async Task Texts_together_have_the_vectors_that_they_have_alone()
    {
        var key = await gateway.NewKeyAsync();
        var client = gateway.Embeddings(key);

        OpenAIEmbeddingCollection together = await client.GenerateEmbeddingsAsync(["one", "two", "one"], cancellationToken: Ct);
        OpenAIEmbedding alone = await client.GenerateEmbeddingAsync("two", cancellationToken: Ct);

        together.Select(embedding => embedding.Index).ShouldBe([0, 1, 2]);
        together[1].ToFloats().ToArray().ShouldBe(alone.ToFloats().ToArray());
        together[0].ToFloats().ToArray().ShouldBe(together[2].ToFloats().ToArray());
        together[0].ToFloats().ToArray().ShouldNotBe(together[1].ToFloats().ToArray());
        together.Model.ShouldBe("text-embedding-3-small");
        together.Usage.InputTokenCount.ShouldBe(3);
        (await gateway.Admin.LedgerAsync(key, Ct)).Select(row => row.Number("prompt_tokens")).ShouldBe([1, 3]);
    }

    [Fact]
    public async Task Options_and_tokens_reach_the_provider()
    {
        var key = await gateway.NewKeyAsync();
        var client = gateway.Embeddings(key);

        OpenAIEmbeddingCollection answer = await client.GenerateEmbeddingsAsync(
            [new ReadOnlyMemory<int>([15339, 1917]), new ReadOnlyMemory<int>([1])], new EmbeddingGenerationOptions { Dimensions = 7, EndUserId = "u-1" }, Ct);

        answer.ShouldAllBe(embedding => embedding.ToFloats().Length == 7);
        var row = (await gateway.Admin.LedgerAsync(key, Ct)).ShouldHaveSingleItem();
        row.Number("prompt_tokens").ShouldBe(3);
        row.Text("end_user").ShouldBe("u-1");
    }

    [Fact]
    public async Task Model_that_makes_none_is_refused_by_name()
    {
        var key = await gateway.NewKeyAsync();

        var error = await Should.ThrowAsync<ClientResultException>(() => gateway.Embeddings(key, Offer.Chat).GenerateEmbeddingAsync("hello", cancellationToken: Ct));

        error.Status.ShouldBe(400);
        error.Message.ShouldContain("does not serve /v1/embeddings");
    }
}
