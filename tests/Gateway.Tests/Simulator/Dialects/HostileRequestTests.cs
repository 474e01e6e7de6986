using System.Text;
using System.Text.Json.Nodes;
using Gateway.Simulator;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Simulator.Dialects;

/// <summary>Whatever is sent, the answer is one of the dialect's own.</summary>
public sealed class HostileRequestTests
{
    public static TheoryData<SimulatorDialect> All => DialectCall.All;

    public static TheoryData<SimulatorDialect, string> Broken
    {
        get
        {
            var data = new TheoryData<SimulatorDialect, string>();
            foreach (var row in DialectCall.All)
            {
                foreach (var body in (string[])["", "{", "[]", "null", "7", "\"text\"", "{}", "{\"a\":1}}", "{\"a\":\"\\ud800\"}", "{\"\\ud800\":1}", "\uFEFF{}"])
                {
                    data.Add(row.Data, body);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task Body_that_is_no_request_is_refused(SimulatorDialect dialect, string body)
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await session.SendAsync(dialect, body);

        ((int)response.StatusCode).ShouldBe(400);
        await DialectCall.ErrorAsync(dialect, response);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Deep_nesting_is_refused_wherever_it_stands(SimulatorDialect dialect)
    {
        await using var session = await SimulatorSession.StartAsync();
        var deep = new string('[', 100_000);
        var valid = DialectCall.Body(dialect).ToJsonString();

        foreach (var body in (string[])[deep, $"{{\"metadata\":{deep}{valid[1..]}", $"{{\"tools\":{string.Concat(Enumerable.Repeat("{\"a\":", 5000))}"])
        {
            using var response = await session.SendAsync(dialect, body);

            ((int)response.StatusCode).ShouldBe(400);
            await DialectCall.ErrorAsync(dialect, response);
        }
    }

    [Theory]
    [InlineData(SimulatorDialect.Anthropic)]
    [InlineData(SimulatorDialect.Gemini)]
    public async Task Huge_names_and_values_are_refused_or_taken(SimulatorDialect dialect)
    {
        await using var session = await SimulatorSession.StartAsync();
        var huge = new string('a', 1_000_000);
        var valid = DialectCall.Body(dialect).ToJsonString();

        using var name = await session.SendAsync(dialect, $"{{\"{huge}\":1,{valid[1..]}");
        using var number = await session.SendAsync(dialect, valid.Replace("4096", new string('9', 100_000), StringComparison.Ordinal).Replace("\"Hello\"", "9", StringComparison.Ordinal));
        using var text = await session.AskAsync(dialect, huge);

        ((int)name.StatusCode).ShouldBe(400);
        ((int)number.StatusCode).ShouldBe(400);
        ((int)text.StatusCode).ShouldBe(200);
    }

    [Theory]
    [InlineData("""{"$ref":"#"}""")]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#"},"b":{"$ref":"#"}},"additionalProperties":false}""")]
    [InlineData("""{"$ref":"#/$defs/none"}""")]
    [InlineData("""{"type":"array","minItems":1000000000,"items":{"type":"array","minItems":1000000000,"items":{"type":"string","minLength":1000000000}}}""")]
    [InlineData("""{"type":"integer","minimum":1e300,"exclusiveMinimum":9223372036854775807}""")]
    [InlineData("""{"type":7,"properties":7,"enum":7,"anyOf":[]}""")]
    [InlineData("7")]
    public async Task Schema_that_means_no_good_is_answered_in_bounds(string schema)
    {
        await using var session = await SimulatorSession.StartAsync();
        var body = SimulatorSession.Body();
        body["response_format"] = JsonNode.Parse($$$"""{"type":"json_schema","json_schema":{"name":"a","schema":{{{schema}}}}}""");

        using var response = await session.PostAsync(body);

        ((int)response.StatusCode).ShouldBe(200);
        (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Length.ShouldBeLessThan(2_000_000);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Damaged_bodies_are_answered_or_refused_and_never_break_anything(SimulatorDialect dialect)
    {
        await using var session = await SimulatorSession.StartAsync();
        var random = new Random(20250102);
        var seed = Encoding.UTF8.GetBytes(Rich(dialect));
        var refused = 0;
        for (var round = 0; round < 400; round++)
        {
            var body = Damage(seed, random);
            using var request = new HttpRequestMessage(HttpMethod.Post, DialectCall.Path(dialect)) { Content = new ByteArrayContent(body) };
            foreach (var header in (string[])["api-key", "x-api-key", "x-goog-api-key"])
            {
                request.Headers.Add(header, DialectCall.Key);
            }

            request.Headers.Add("anthropic-version", "2023-06-01");
            using var response = await session.Http.SendAsync(request, TestContext.Current.CancellationToken);

            if ((int)response.StatusCode is not 200)
            {
                ((int)response.StatusCode).ShouldBe(400, Encoding.UTF8.GetString(body));
                await DialectCall.ErrorAsync(dialect, response);
                refused++;
            }
        }

        refused.ShouldBeInRange(50, 399);
    }

    private static string Rich(SimulatorDialect dialect) => dialect switch
    {
        SimulatorDialect.Anthropic => """
            {"model":"claude-test","max_tokens":99,"system":[{"type":"text","text":"Be \u00e4 brief"}],"thinking":{"type":"enabled","budget_tokens":1024},"max_tokens":2000,
             "tools":[{"name":"a","description":"b","input_schema":{"type":"object","properties":{"q":{"type":"string"}}}}],"tool_choice":{"type":"auto"},
             "messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":[{"type":"text","text":"ok"}]},
             {"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/gif","data":"R0lGODlhAQABAAAAACw="}},{"type":"text","text":"What?"}]}]}
            """,
        SimulatorDialect.Gemini => """
            {"systemInstruction":{"parts":[{"text":"Be \u00e4 brief"}]},"generationConfig":{"maxOutputTokens":99,"temperature":1,"stopSequences":["x"],"thinkingConfig":{"includeThoughts":true}},
             "tools":[{"functionDeclarations":[{"name":"a","parameters":{"type":"OBJECT","properties":{"q":{"type":"STRING"}},"required":["q"]}}]}],
             "toolConfig":{"functionCallingConfig":{"mode":"AUTO"}},"contents":[{"role":"user","parts":[{"text":"Hi"}]},{"role":"model","parts":[{"functionCall":{"name":"a","args":{"q":"x"}}}]},
             {"role":"user","parts":[{"functionResponse":{"name":"a","response":{"r":1}}}]},{"role":"user","parts":[{"inlineData":{"mimeType":"image/webp","data":"AAAA"}}]}]}
            """.Replace("""{"inlineData":{"mimeType":"image/webp","data":"AAAA"}}""", """{"text":"What?"}""", StringComparison.Ordinal),
        _ => """
            {"model":"gpt-4o","max_tokens":99,"n":1,"tools":[{"type":"function","function":{"name":"a","parameters":{}}}],"tool_choice":"auto",
             "response_format":{"type":"json_schema","json_schema":{"name":"x","schema":{"type":"object","properties":{"q":{"type":"string"}}}}},
             "messages":[{"role":"system","content":"Be \u00e4 brief"},{"role":"user","content":[{"type":"text","text":"What?"},{"type":"image_url","image_url":{"url":"data:image/gif;base64,R0lGODlhAQABAAAAACw="}}]}]}
            """,
    };

    private static byte[] Damage(byte[] seed, Random random)
    {
        var body = seed.ToList();
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var at = random.Next(body.Count);
            switch (random.Next(5))
            {
                case 0:
                    body[at] = (byte)random.Next(256);
                    break;
                case 1:
                    body.RemoveRange(at, Math.Min(random.Next(1, 9), body.Count - at));
                    break;
                case 2:
                    body.InsertRange(at, body.GetRange(at, Math.Min(random.Next(1, 40), body.Count - at)));
                    break;
                case 3:
                    body[at] = (byte)"\"{}[]:,0\\"[random.Next(9)];
                    break;
                default:
                    body[at] ^= 0x20;
                    break;
            }
        }

        return [.. body];
    }
}
