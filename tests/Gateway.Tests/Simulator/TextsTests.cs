using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Simulator;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Simulator;

/// <summary>The simulator's embeddings, text completions and verdicts.</summary>
public sealed class TextsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Vector_follows_from_its_text_alone()
    {
        await using var session = await SimulatorSession.StartAsync();

        var first = await AnswerAsync(session, "embeddings", """{"model":"a","input":["one","two","one"]}""");
        var large = await AnswerAsync(session, "embeddings", """{"model":"text-embedding-3-large","input":"one"}""");

        var vectors = first["data"]!.AsArray().Select(item => item!["embedding"]!.ToJsonString()).ToArray();
        vectors[0].ShouldBe(vectors[2]);
        vectors[0].ShouldNotBe(vectors[1]);
        large["data"]![0]!["embedding"]!.AsArray().Count.ShouldBe(3072);
        ((int?)first["usage"]!["prompt_tokens"], (int?)first["usage"]!["total_tokens"]).ShouldBe((3, 3));
    }

    [Theory]
    [InlineData("embeddings", """{"input":"a"}""", "model")]
    [InlineData("embeddings", """{"model":"a"}""", "input")]
    [InlineData("completions", """{"model":"a"}""", "prompt")]
    [InlineData("moderations", """{"model":"a"}""", "input")]
    [InlineData("moderations", """{"model":5,"input":[]}""", "input")]
    [InlineData("completions", """{"model":"a","prompt":"x" """, null)]
    public async Task What_is_missing_is_named(string path, string body, string? param)
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await PostAsync(session, path, body);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        ((string?)JsonNode.Parse(await response.Content.ReadAsStringAsync(Ct))!["error"]!["param"]).ShouldBe(param);
    }

    [Theory]
    [InlineData("embeddings", """{"model":"a;status=418","input":"x"}""")]
    [InlineData("embeddings", """{"model":"a","input":["y","[[status=418]]"]}""")]
    [InlineData("completions", """{"model":"a","prompt":"[[status=418]]"}""")]
    [InlineData("moderations", """{"input":[{"type":"text","text":"[[status=418]]"}]}""")]
    public async Task Directives_stand_in_the_models_name_or_in_the_texts(string path, string body)
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await PostAsync(session, path, body);

        ((int)response.StatusCode).ShouldBe(418);
    }

    [Fact]
    public async Task Completion_ends_at_its_maximum_and_streams_what_it_answers_whole()
    {
        await using var session = await SimulatorSession.StartAsync();

        var whole = await AnswerAsync(session, "completions", """{"model":"a","prompt":["x","y"],"max_tokens":2,"n":2,"best_of":3,"echo":true}""");
        using var streamed = await PostAsync(session, "completions", """{"model":"a","prompt":["x","y"],"max_tokens":2,"n":2,"best_of":3,"echo":true,"stream":true,"stream_options":{"include_usage":true}}""");

        var events = (await streamed.Content.ReadAsStringAsync(Ct)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(text => text["data: ".Length..]).ToArray();
        events[^1].ShouldBe("[DONE]");
        var chunks = events[..^1].Select(data => JsonNode.Parse(data)!).ToArray();
        var texts = whole["choices"]!.AsArray().Select(choice => (string?)choice!["text"]).ToArray();
        texts.ShouldBe(["xYou asked", "xYou asked", "yYou asked", "yYou asked"]);
        for (var i = 0; i < texts.Length; i++)
        {
            string.Concat(chunks.SelectMany(chunk => chunk["choices"]!.AsArray()).Where(choice => (int)choice!["index"]! == i).Select(choice => (string?)choice!["text"])).ShouldBe(texts[i]);
        }

        whole["choices"]!.AsArray().ShouldAllBe(choice => (string?)choice!["finish_reason"] == "length");
        ((int?)whole["usage"]!["completion_tokens"], (int?)chunks[^1]["usage"]!["completion_tokens"]).ShouldBe((12, 12));
    }

    [Fact]
    public async Task Verdict_names_the_categories_that_the_text_names()
    {
        await using var session = await SimulatorSession.StartAsync();

        var answer = await AnswerAsync(session, "moderations", """{"input":["of self-harm","of nothing"]}""");

        ((string?)answer["model"]).ShouldBe("omni-moderation-latest");
        answer["results"]!.AsArray().Select(result => ((bool)result!["flagged"]!, (bool)result["categories"]!["self-harm"]!)).ShouldBe([(true, true), (false, false)]);
        answer.AsObject().ContainsKey("usage").ShouldBeFalse();
    }

    private static async Task<JsonNode> AnswerAsync(SimulatorSession session, string path, string body)
    {
        using var response = await PostAsync(session, path, body);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Ct));
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(Ct))!;
    }

    private static Task<HttpResponseMessage> PostAsync(SimulatorSession session, string path, string body) =>
        session.Http.PostAsync(new Uri($"/v1/{path}", UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"), Ct);
}
