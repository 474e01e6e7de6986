using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Simulator;

public sealed class ToolCallTests
{
    [Theory]
    [InlineData("\"required\"", "", 1)]
    [InlineData("{\"type\":\"function\",\"function\":{\"name\":\"look_up\"}}", "", 1)]
    [InlineData("\"auto\"", "[[tool]]", 1)]
    [InlineData("\"auto\"", "[[tool=2]]", 2)]
    [InlineData("\"auto\"", "", 0)]
    [InlineData("\"none\"", "[[tool]]", 0)]
    public async Task Tools_are_called_where_asked_for(string toolChoice, string text, int calls)
    {
        await using var session = await SimulatorSession.StartAsync();

        var answer = await session.JsonAsync(Body(toolChoice, text));

        var choice = answer["choices"]![0]!;
        var made = choice["message"]!["tool_calls"]?.AsArray() ?? [];
        made.Count.ShouldBe(calls);
        choice["finish_reason"]!.GetValue<string>().ShouldBe(calls > 0 ? "tool_calls" : "stop");
        (choice["message"]!["content"] is null).ShouldBe(calls > 0);
        made.Select(c => c!["id"]!.GetValue<string>()).Distinct().Count().ShouldBe(calls);
        foreach (var call in made)
        {
            call!["type"]!.GetValue<string>().ShouldBe("function");
            JsonNode.Parse(call["function"]!["arguments"]!.GetValue<string>())!["query"].ShouldNotBeNull();
        }
    }

    [Fact]
    public async Task Named_tool_is_the_one_called_and_else_the_first()
    {
        await using var session = await SimulatorSession.StartAsync();

        var named = await session.JsonAsync(Body("{\"type\":\"function\",\"function\":{\"name\":\"look_up\"}}", ""));
        var first = await session.JsonAsync(Body("\"required\"", ""));

        named["choices"]![0]!["message"]!["tool_calls"]![0]!["function"]!["name"]!.GetValue<string>().ShouldBe("look_up");
        first["choices"]![0]!["message"]!["tool_calls"]![0]!["function"]!["name"]!.GetValue<string>().ShouldBe("describe");
    }

    [Fact]
    public async Task Streamed_arguments_come_in_several_deltas_and_are_those_of_the_json_answer()
    {
        await using var session = await SimulatorSession.StartAsync();
        var body = Body("\"auto\"", "[[tool=2]]");

        var json = await session.JsonAsync(body);
        body["stream"] = true;
        body["stream_options"] = new JsonObject { ["include_usage"] = true };
        var chunks = await session.ChunksAsync(body);

        var deltas = chunks
            .Where(c => c["choices"]!.AsArray().Count > 0)
            .Select(c => c["choices"]![0]!["delta"]!["tool_calls"]?[0])
            .OfType<JsonNode>()
            .ToList();
        for (var call = 0; call < 2; call++)
        {
            var own = deltas.FindAll(d => d["index"]!.GetValue<int>() == call);
            own.Count.ShouldBeGreaterThan(3);
            own[0]["id"]!.GetValue<string>().ShouldNotBeEmpty();
            own[0]["type"]!.GetValue<string>().ShouldBe("function");
            own[1..].ShouldAllBe(d => d["id"] == null);
            string.Concat(own.Select(d => d["function"]!["arguments"]!.GetValue<string>()))
                .ShouldBe(json["choices"]![0]!["message"]!["tool_calls"]![call]!["function"]!["arguments"]!.GetValue<string>());
        }

        chunks[^2]["choices"]![0]!["finish_reason"]!.GetValue<string>().ShouldBe("tool_calls");
        chunks[^1]["usage"]!["completion_tokens"]!.GetValue<int>().ShouldBe(deltas.Count);
    }

    private static JsonObject Body(string toolChoice, string text)
    {
        var body = SimulatorSession.Body(text);
        body["tools"] = JsonNode.Parse("""
            [{"type":"function","function":{"name":"describe","parameters":{"type":"object","properties":{"name":{"type":"string"}}}}},
             {"function":{"parameters":{},"name":"look_up"},"type":"function"}]
            """);
        body["tool_choice"] = JsonNode.Parse(toolChoice);
        return body;
    }
}
