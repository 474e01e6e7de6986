using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Simulator;

public sealed class ControlEndpointsTests
{
    [Fact]
    public async Task Requests_are_told_and_forgotten_over_http()
    {
        await using var session = await SimulatorSession.StartAsync();
        await session.JsonAsync(SimulatorSession.Body("schön"));
        using (await session.Http.PostAsync("/v1/files", new ByteArrayContent([0xFF, 0xFE]), TestContext.Current.CancellationToken))
        {
        }

        var listed = await ListAsync(session);
        using var deleted = await session.Http.DeleteAsync("/simulator/requests", TestContext.Current.CancellationToken);

        listed.Count.ShouldBe(2);
        listed[0]!["method"]!.GetValue<string>().ShouldBe("POST");
        listed[0]!["path"]!.GetValue<string>().ShouldBe("/v1/chat/completions");
        listed[0]!["state"]!.GetValue<string>().ShouldBe("answered");
        listed[0]!["headers"]!.AsArray().ShouldContain(h => h![0]!.GetValue<string>() == "Content-Type");
        var body = listed[0]!["body"]!.GetValue<string>();
        JsonNode.Parse(body)!["messages"]![0]!["content"]!.GetValue<string>().ShouldBe("schön");
        Encoding.UTF8.GetString(Convert.FromBase64String(listed[0]!["body_base64"]!.GetValue<string>())).ShouldBe(body);
        listed[1]!["body"].ShouldBeNull();
        Convert.FromBase64String(listed[1]!["body_base64"]!.GetValue<string>()).ShouldBe([0xFF, 0xFE]);
        deleted.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await ListAsync(session)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Script_is_taken_over_http()
    {
        await using var session = await SimulatorSession.StartAsync();

        using var queued = await PostScriptAsync(session, """["status=429;retry_after=1", "status=503"]""");
        using var first = await session.PostAsync(SimulatorSession.Body());
        using var second = await session.PostAsync(SimulatorSession.Body());
        using var third = await session.PostAsync(SimulatorSession.Body());

        (await SimulatorSession.JsonAsync(queued))["queued"]!.GetValue<int>().ShouldBe(2);
        first.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        second.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        third.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("""["hang", "stattus=500"]""")]
    [InlineData("""["hang", 5]""")]
    [InlineData("""["hang" """)]
    public async Task Unusable_script_is_refused_whole(string script)
    {
        await using var session = await SimulatorSession.StartAsync();

        using var response = await PostScriptAsync(session, script);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await SimulatorSession.JsonAsync(response))["error"]!.GetValue<string>().ShouldNotBeEmpty();
        session.Host.Script.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Script_is_forgotten_over_http()
    {
        await using var session = await SimulatorSession.StartAsync();
        session.Host.Script.Enqueue("hang");

        using var response = await session.Http.DeleteAsync("/simulator/script", TestContext.Current.CancellationToken);

        session.Host.Script.Count.ShouldBe(0);
    }

    private static async Task<JsonArray> ListAsync(SimulatorSession session) =>
        JsonNode.Parse(await session.Http.GetStringAsync("/simulator/requests", TestContext.Current.CancellationToken))!.AsArray();

    private static Task<HttpResponseMessage> PostScriptAsync(SimulatorSession session, string script) =>
        session.Http.PostAsync("/simulator/script", new StringContent(script), TestContext.Current.CancellationToken);
}
