using System.Text;
using System.Text.Json.Nodes;
using Gateway.Simulator;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Simulator.Dialects;

/// <summary>Requests to a simulator in each dialect, the smallest that it takes, with a key.</summary>
internal static class DialectCall
{
    public const string Key = "secret-key";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<SimulatorDialect> All => [SimulatorDialect.OpenAi, SimulatorDialect.Azure, SimulatorDialect.Anthropic, SimulatorDialect.Gemini];

    public static TheoryData<SimulatorDialect, bool> AllTwice
    {
        get
        {
            var data = new TheoryData<SimulatorDialect, bool>();
            foreach (var row in All)
            {
                data.Add(row.Data, false);
                data.Add(row.Data, true);
            }

            return data;
        }
    }

    /// <summary>A body with one user message.</summary>
    public static JsonObject Body(SimulatorDialect dialect, string text = "Hello", bool stream = false)
    {
        JsonObject body = dialect switch
        {
            SimulatorDialect.Anthropic => new()
            {
                ["model"] = "claude-test",
                ["max_tokens"] = 4096,
                ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = text }),
            },
            SimulatorDialect.Gemini => new()
            {
                ["contents"] = new JsonArray(new JsonObject { ["role"] = "user", ["parts"] = new JsonArray(new JsonObject { ["text"] = text }) }),
            },
            _ => SimulatorSession.Body(text),
        };
        if (stream && dialect is not SimulatorDialect.Gemini)
        {
            body["stream"] = true;
        }

        return body;
    }

    /// <summary>Offers tools of these names.</summary>
    public static JsonObject WithTools(this JsonObject body, SimulatorDialect dialect, params string[] names)
    {
        var schema = JsonNode.Parse("""{"type":"object","properties":{"query":{"type":"string"}}}""")!;
        body["tools"] = dialect switch
        {
            SimulatorDialect.Anthropic => new JsonArray([.. names.Select(name => new JsonObject { ["name"] = name, ["input_schema"] = schema.DeepClone() })]),
            SimulatorDialect.Gemini => new JsonArray(new JsonObject
            {
                ["functionDeclarations"] = new JsonArray([.. names.Select(name => new JsonObject { ["name"] = name, ["parameters"] = schema.DeepClone() })]),
            }),
            _ => new JsonArray([.. names.Select(name => new JsonObject
            {
                ["type"] = "function",
                ["function"] = new JsonObject { ["name"] = name, ["parameters"] = schema.DeepClone() },
            })]),
        };
        return body;
    }

    public static string Path(SimulatorDialect dialect, bool stream = false, string model = "gemini-test") => dialect switch
    {
        SimulatorDialect.Azure => "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21",
        SimulatorDialect.Anthropic => "/v1/messages",
        SimulatorDialect.Gemini => $"/v1beta/models/{model}:{(stream ? "streamGenerateContent?alt=sse" : "generateContent")}",
        _ => "/v1/chat/completions",
    };

    public static Task<HttpResponseMessage> AskAsync(
        this SimulatorSession session, SimulatorDialect dialect, string text = "Hello", bool stream = false, CancellationToken? cancellationToken = null) =>
        session.SendAsync(dialect, Body(dialect, text, stream).ToJsonString(), stream, cancellationToken: cancellationToken);

    public static async Task<HttpResponseMessage> SendAsync(
        this SimulatorSession session, SimulatorDialect dialect, string body, bool stream = false, string? path = null, CancellationToken? cancellationToken = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path ?? Path(dialect, stream)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        switch (dialect)
        {
            case SimulatorDialect.Azure:
                request.Headers.Add("api-key", Key);
                break;
            case SimulatorDialect.Anthropic:
                request.Headers.Add("x-api-key", Key);
                request.Headers.Add("anthropic-version", "2023-06-01");
                break;
            case SimulatorDialect.Gemini:
                request.Headers.Add("x-goog-api-key", Key);
                break;
            default:
                request.Headers.Authorization = new("Bearer", Key);
                break;
        }

        return await session.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken ?? Ct);
    }

    public static async Task<JsonNode> AnswerAsync(this SimulatorSession session, SimulatorDialect dialect, JsonObject body, string? path = null)
    {
        using var response = await session.SendAsync(dialect, body.ToJsonString(), path: path);
        return await SimulatorSession.JsonAsync(response);
    }

    /// <summary>The data of each event of a stream, whatever ends its lines.</summary>
    public static List<string> Data(string stream) =>
        [.. stream.ReplaceLineEndings("\n").Split('\n').Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => line[6..])];

    /// <summary>The data of each event of an answer to a body, but <c>[DONE]</c>.</summary>
    public static async Task<List<JsonNode>> EventsAsync(this SimulatorSession session, SimulatorDialect dialect, JsonObject body, string? path = null)
    {
        using var response = await session.SendAsync(dialect, body.ToJsonString(), stream: true, path);
        ((int)response.StatusCode).ShouldBe(200);
        return [.. Data(await response.Content.ReadAsStringAsync(Ct)).Where(data => data is not "[DONE]").Select(data => JsonNode.Parse(data)!)];
    }

    /// <summary>The error in a body, after its shape has been looked at.</summary>
    public static async Task<JsonNode> ErrorAsync(SimulatorDialect dialect, HttpResponseMessage response)
    {
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        var body = await SimulatorSession.JsonAsync(response);
        var error = body["error"].ShouldNotBeNull();
        ((string?)error["message"]).ShouldNotBeNullOrEmpty();
        switch (dialect)
        {
            case SimulatorDialect.Anthropic:
                ((string?)body["type"]).ShouldBe("error");
                ((string?)error["type"]).ShouldNotBeNullOrEmpty();
                ((string?)body["request_id"]).ShouldBe(response.Headers.GetValues("request-id").Single());
                break;
            case SimulatorDialect.Gemini:
                ((int?)error["code"]).ShouldBe((int)response.StatusCode);
                ((string?)error["status"]).ShouldNotBeNullOrEmpty();
                break;
            case SimulatorDialect.Azure:
                error.AsObject().ShouldContainKey("code");
                break;
            default:
                ((string?)error["type"]).ShouldNotBeNullOrEmpty();
                break;
        }

        return error;
    }
}
