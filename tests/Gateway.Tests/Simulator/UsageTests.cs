using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Simulator;

public sealed class UsageTests
{
    [Theory]
    [InlineData("", 8)]
    [InlineData("a", 8)]
    [InlineData("abcd", 8)]
    [InlineData("abcde", 9)]
    [InlineData("äöüß\n", 9)]
    [InlineData("äöü\n", 8)]
    public async Task Text_costs_a_quarter_of_its_characters_rounded_up(string text, int expected)
    {
        await using var session = await SimulatorSession.StartAsync();

        var answer = await session.JsonAsync(SimulatorSession.Body(text));

        answer["usage"]!["prompt_tokens"]!.GetValue<int>().ShouldBe(text is "" ? expected - 1 : expected);
    }

    [Fact]
    public async Task Every_message_and_part_is_counted_whatever_the_order_of_its_keys()
    {
        await using var session = await SimulatorSession.StartAsync();
        const string body = """
            {"messages":[{"content":"12345678","role":"system"},{"content":[{"text":"1234","type":"text"},{"type":"text","text":"1234"}],"role":"user"}],
             "metadata":{"messages":[{"role":"user","content":"not one of them"}]},"model":"gpt-4o"}
            """;

        using var response = await session.PostAsync(body);

        var answer = await SimulatorSession.JsonAsync(response);
        answer["usage"]!["prompt_tokens"]!.GetValue<int>().ShouldBe(3 + 4 + 2 + 4 + 1 + 1);
        answer["usage"]!["total_tokens"]!.GetValue<int>().ShouldBe(15 + answer["usage"]!["completion_tokens"]!.GetValue<int>());
    }

    [Fact]
    public async Task Numbers_can_be_set()
    {
        await using var session = await SimulatorSession.StartAsync();

        var answer = await session.JsonAsync(SimulatorSession.Body(
            model: "gpt-4o;prompt_tokens=1117;completion_tokens=46;cached_tokens=1024;reasoning_tokens=40;image_tokens=1105"));

        var usage = answer["usage"]!;
        usage["prompt_tokens"]!.GetValue<int>().ShouldBe(1117);
        usage["completion_tokens"]!.GetValue<int>().ShouldBe(46);
        usage["total_tokens"]!.GetValue<int>().ShouldBe(1163);
        usage["prompt_tokens_details"]!["cached_tokens"]!.GetValue<int>().ShouldBe(1024);
        usage["prompt_tokens_details"]!["image_tokens"]!.GetValue<int>().ShouldBe(1105);
        usage["completion_tokens_details"]!["reasoning_tokens"]!.GetValue<int>().ShouldBe(40);
    }

    [Fact]
    public async Task Reasoning_is_part_of_the_completion()
    {
        await using var session = await SimulatorSession.StartAsync();

        var answer = await session.JsonAsync(SimulatorSession.Body("[[tokens=5;reasoning_tokens=40]]"));

        answer["usage"]!["completion_tokens"]!.GetValue<int>().ShouldBe(45);
    }

    [Theory]
    [InlineData("no_usage", false, null)]
    [InlineData("usage=null", true, null)]
    [InlineData("zero_usage", true, 0)]
    public async Task Json_usage_can_be_missing_null_or_zero(string directive, bool present, int? total)
    {
        await using var session = await SimulatorSession.StartAsync();

        var answer = await session.JsonAsync(SimulatorSession.Body($"[[{directive}]]"));

        answer.AsObject().ContainsKey("usage").ShouldBe(present);
        ((int?)answer["usage"]?["total_tokens"]).ShouldBe(total);
    }

    [Fact]
    public async Task Stream_can_leave_usage_out_though_asked()
    {
        await using var session = await SimulatorSession.StartAsync();

        var chunks = await session.ChunksAsync(SimulatorSession.Body("[[no_usage]]", stream: true, includeUsage: true));

        chunks.ShouldAllBe(c => !c.AsObject().ContainsKey("usage") && c["choices"]!.AsArray().Count == 1);
    }

    [Fact]
    public async Task Stream_can_have_usage_on_the_finish_chunk_alone()
    {
        await using var session = await SimulatorSession.StartAsync();

        var chunks = await session.ChunksAsync(SimulatorSession.Body("[[usage_on_last;tokens=3]]", stream: true, includeUsage: true));

        chunks[..^1].ShouldAllBe(c => !c.AsObject().ContainsKey("usage"));
        chunks[^1]["choices"]![0]!["finish_reason"]!.GetValue<string>().ShouldBe("stop");
        chunks[^1]["usage"]!["completion_tokens"]!.GetValue<int>().ShouldBe(3);
    }

    [Fact]
    public async Task Stream_can_have_growing_usage_on_every_chunk()
    {
        await using var session = await SimulatorSession.StartAsync();

        var chunks = await session.ChunksAsync(SimulatorSession.Body("[[usage=running;tokens=3]]", stream: true, includeUsage: true));

        chunks.Select(c => c["usage"]!["completion_tokens"]!.GetValue<int>()).ShouldBe([0, 0, 1, 2, 3]);
    }

    [Theory]
    [InlineData("usage=null", true)]
    [InlineData("zero_usage", false)]
    public async Task Usage_chunk_can_be_null_or_zero(string directive, bool isNull)
    {
        await using var session = await SimulatorSession.StartAsync();

        var chunks = await session.ChunksAsync(SimulatorSession.Body($"[[{directive}]]", stream: true, includeUsage: true));

        chunks[^1]["choices"]!.AsArray().ShouldBeEmpty();
        (chunks[^1]["usage"] is null).ShouldBe(isNull);
        (chunks[^1]["usage"]?["prompt_tokens"]?.GetValue<int>() ?? 0).ShouldBe(0);
    }
}
