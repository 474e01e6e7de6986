using System.Net;
using System.Text.Json.Nodes;
using Gateway.Simulator;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Simulator;

public sealed class ChatJsonTests
{
    [Fact]
    public async Task Plain_request_is_answered_in_the_form_of_a_chat_completion()
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await session.PostAsync(SimulatorSession.Body("What is in this picture?"));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        var answer = await SimulatorSession.JsonAsync(response);
        answer["id"]!.GetValue<string>().ShouldStartWith("chatcmpl-");
        answer["object"]!.GetValue<string>().ShouldBe("chat.completion");
        answer["created"]!.GetValue<long>().ShouldBeGreaterThan(1_700_000_000);
        answer["model"]!.GetValue<string>().ShouldBe("gpt-4o");
        var choice = answer["choices"]!.AsArray().ShouldHaveSingleItem()!;
        choice["index"]!.GetValue<int>().ShouldBe(0);
        choice["finish_reason"]!.GetValue<string>().ShouldBe("stop");
        choice["message"]!["role"]!.GetValue<string>().ShouldBe("assistant");
        choice["message"]!["content"]!.GetValue<string>().ShouldBe("You asked 'What is in this picture?' and sent 0 images.");
        choice["message"]!.AsObject().ShouldContainKey("refusal");
        choice["message"]!["refusal"].ShouldBeNull();
        answer["system_fingerprint"]!.GetValue<string>().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Two_answers_have_two_ids()
    {
        await using var session = await SimulatorSession.StartAsync();

        var first = await session.JsonAsync(SimulatorSession.Body());
        var second = await session.JsonAsync(SimulatorSession.Body());

        second["id"]!.GetValue<string>().ShouldNotBe(first["id"]!.GetValue<string>());
    }

    [Fact]
    public async Task Headers_of_the_provider_are_there_to_be_seen_leaking()
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await session.PostAsync(SimulatorSession.Body());

        foreach (var name in (string[])["x-request-id", "openai-processing-ms", "openai-organization", "x-ratelimit-remaining-tokens"])
        {
            response.Headers.Contains(name).ShouldBeTrue(name);
        }
    }

    [Fact]
    public async Task Every_choice_is_there_and_counted()
    {
        await using var session = await SimulatorSession.StartAsync();
        var body = SimulatorSession.Body("[[tokens=7]]");
        body["n"] = 3;

        var answer = await session.JsonAsync(body);

        answer["choices"]!.AsArray().Select(c => c!["index"]!.GetValue<int>()).ShouldBe([0, 1, 2]);
        answer["usage"]!["completion_tokens"]!.GetValue<int>().ShouldBe(21);
    }

    [Theory]
    [InlineData("max_tokens")]
    [InlineData("max_completion_tokens")]
    public async Task Maximum_cuts_the_answer(string parameter)
    {
        await using var session = await SimulatorSession.StartAsync();
        var body = SimulatorSession.Body("[[tokens=200]]");
        body[parameter] = 5;

        var answer = await session.JsonAsync(body);

        answer["choices"]![0]!["finish_reason"]!.GetValue<string>().ShouldBe("length");
        answer["choices"]![0]!["message"]!["content"]!.GetValue<string>().ShouldBe("The picture shows a quiet");
        answer["usage"]!["completion_tokens"]!.GetValue<int>().ShouldBe(5);
    }

    [Theory]
    [InlineData("zwölf “Äpfel” \n\t\\ \"quoted\" 🍎")]
    [InlineData("[[dated]]\u0001control")]
    public async Task Question_survives_whatever_it_is_written_in(string question)
    {
        await using var session = await SimulatorSession.StartAsync();

        var answer = await session.JsonAsync(SimulatorSession.Body(question));

        answer["choices"]![0]!["message"]!["content"]!.GetValue<string>()
            .ShouldBe($"You asked '{question.Replace("[[dated]]", "", StringComparison.Ordinal)}' and sent 0 images.");
    }

    [Fact]
    public async Task Long_question_is_cut_between_characters_at_every_offset()
    {
        await using var session = await SimulatorSession.StartAsync();
        for (var lead = 0; lead < 14; lead++)
        {
            // Written by the default encoder, each apple is an escaped surrogate pair of twelve bytes.
            var question = new string('a', lead) + string.Concat(Enumerable.Repeat("🍎\\", 20));

            var answer = await session.JsonAsync(SimulatorSession.Body(question));

            var quoted = answer["choices"]![0]!["message"]!["content"]!.GetValue<string>();
            var start = quoted.ShouldStartWithThenRest("You asked '");
            var kept = start[..start.IndexOf("...'", StringComparison.Ordinal)];
            kept.ShouldNotBeEmpty();
            question.ShouldStartWith(kept);
        }
    }

    [Fact]
    public async Task Dated_model_is_answered_where_asked()
    {
        await using var session = await SimulatorSession.StartAsync();

        var answer = await session.JsonAsync(SimulatorSession.Body(model: "gpt-4o;dated"));

        answer["model"]!.GetValue<string>().ShouldBe("gpt-4o-2024-08-06");
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]} x""")]
    [InlineData("")]
    public async Task Body_that_is_no_object_is_refused(string body)
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await session.PostAsync(body);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await SimulatorSession.JsonAsync(response))["error"]!["type"]!.GetValue<string>().ShouldBe("invalid_request_error");
    }

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"hi"}]}""", "model")]
    [InlineData("""{"model":"gpt-4o"}""", "messages")]
    public async Task Missing_parameter_is_named(string body, string parameter)
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await session.PostAsync(body);

        var error = (await SimulatorSession.JsonAsync(response))["error"]!;
        error["code"]!.GetValue<string>().ShouldBe("missing_required_parameter");
        error["param"]!.GetValue<string>().ShouldBe(parameter);
    }

    [Theory]
    [InlineData("sk-right", HttpStatusCode.OK)]
    [InlineData("sk-wrong", HttpStatusCode.Unauthorized)]
    public async Task Key_is_checked_where_one_is_set(string key, HttpStatusCode status)
    {
        await using var session = await SimulatorSession.StartAsync(new SimulatorOptions { ApiKey = "sk-right" });
        session.Http.DefaultRequestHeaders.Authorization = new("Bearer", key);

        using var response = await session.PostAsync(SimulatorSession.Body());

        response.StatusCode.ShouldBe(status);
        if (status is HttpStatusCode.Unauthorized)
        {
            (await SimulatorSession.JsonAsync(response))["error"]!["code"]!.GetValue<string>().ShouldBe("invalid_api_key");
        }
    }

    [Fact]
    public async Task Models_are_listed_and_health_answers()
    {
        await using var session = await SimulatorSession.StartAsync(new SimulatorOptions { Models = ["one", "two"] });

        var list = JsonNode.Parse(await session.Http.GetStringAsync("/v1/models", TestContext.Current.CancellationToken))!;
        var health = await session.Http.GetStringAsync("/healthz", TestContext.Current.CancellationToken);

        list["data"]!.AsArray().Select(m => m!["id"]!.GetValue<string>()).ShouldBe(["one", "two"]);
        health.ShouldBe("ok\n");
    }

    [Fact]
    public async Task Unknown_path_is_refused_as_OpenAI_does()
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await session.Http.GetAsync("/v1/nothing", TestContext.Current.CancellationToken);

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await SimulatorSession.JsonAsync(response))["error"]!["message"]!.GetValue<string>().ShouldBe("Invalid URL (GET /v1/nothing)");
    }
}
