using Gateway.Conformance.Running;
using OpenAI.Moderations;
using Shouldly;
using Xunit;

namespace Gateway.Conformance.OpenAi;

public sealed class ModerationTests(RunningGateway gateway)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Text_is_judged_and_billed_by_the_request()
    {
        var key = await gateway.NewKeyAsync();

        ModerationResult verdict = await gateway.Moderations(key).ClassifyTextAsync("full of violence", Ct);

        verdict.Flagged.ShouldBeTrue();
        verdict.Violence.Flagged.ShouldBeTrue();
        verdict.Sexual.Flagged.ShouldBeFalse();
        var row = (await gateway.Admin.LedgerAsync(key, Ct)).ShouldHaveSingleItem();
        row.Text("endpoint").ShouldBe("/v1/moderations");
        row.Number("prompt_tokens").ShouldBe(0);
        row.Number("characters").ShouldBe(16);
        row.Number("amount_nano_usd").ShouldBe(1_000_000);
    }

    [Fact]
    public async Task Texts_are_judged_each()
    {
        var key = await gateway.NewKeyAsync();

        ModerationResultCollection verdicts = await gateway.Moderations(key).ClassifyTextAsync(["peace", "self-harm"], Ct);

        verdicts.Select(verdict => verdict.Flagged).ShouldBe([false, true]);
        verdicts.Model.ShouldBe("omni-moderation-latest");
        (await gateway.Admin.LedgerAsync(key, Ct)).ShouldHaveSingleItem();
    }
}
