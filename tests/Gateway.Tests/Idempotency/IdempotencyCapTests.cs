using System.Net;
using Gateway.Testing;
using Gateway.Tests.Pipeline;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Idempotency;

public sealed class IdempotencyCapTests : GatewayTest
{
    protected override GatewayAppOptions Options => new()
    {
        Settings = new Dictionary<string, string> { ["Gateway:Idempotency:MaxAnswerBytes"] = "2000", ["Gateway:Idempotency:MaxTenantBytes"] = "3000" },
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Answer_over_the_cap_goes_out_whole_and_its_repeat_is_told_that_it_was_not_kept(bool stream)
    {
        App.Simulator.Script.Enqueue("tokens=600");
        var body = ChatBody.Text("hello", stream: stream);
        using var first = await App.AskAsync("k", body);
        (await first.Content.ReadAsByteArrayAsync()).Length.ShouldBeGreaterThan(2000);

        using var repeat = await App.AskAsync("k", body);

        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        repeat.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        ((string?)(await repeat.ErrorAsync())["code"]).ShouldBe("idempotency_not_replayable");
        App.Simulator.Requests.Total.ShouldBe(1);
        (await App.RowsAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Answers_beyond_the_tenants_room_are_not_kept()
    {
        var codes = new List<string?>();
        for (var i = 0; i < 12; i++)
        {
            using var first = await App.AskAsync($"k{i}", ChatBody.Text("hello"));
            using var repeat = await App.AskAsync($"k{i}", ChatBody.Text("hello"));
            first.StatusCode.ShouldBe(HttpStatusCode.OK);
            codes.Add(repeat.IsSuccessStatusCode ? null : (string?)(await repeat.ErrorAsync())["code"]);
        }

        codes[0].ShouldBeNull();
        codes[^1].ShouldBe("idempotency_not_replayable");
        (await App.RowsAsync()).Count.ShouldBe(12);
    }
}
