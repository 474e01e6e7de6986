using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Gateway.Core.Streaming;
using Gateway.Pipeline;
using Gateway.Simulator.Behaviors;
using Gateway.Testing;
using Gateway.Tests.Pipeline;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Http2;

/// <summary>Clients that speak HTTP/2, over real sockets.</summary>
public sealed class Http2Tests : Http2Test
{
    private const int Streams = 100;

    [Theory]
    [InlineData(Wire.Tls)]
    [InlineData(Wire.Cleartext)]
    public async Task Answer_in_json_comes_with_its_cost_and_one_row(Wire wire)
    {
        using var client = Client(wire);

        using var response = await ChatAsync(client, ChatBody.Text("[[prompt_tokens=100;completion_tokens=20]]hi"), Timeout);

        response.Version.ShouldBe(HttpVersion.Version20);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Header("x-gateway-cost-usd").ShouldBe("0.00045");
        (await response.JsonAsync())["choices"]!.AsArray().Count.ShouldBe(1);
        var row = (await App.RowsAsync()).ShouldHaveSingleItem();
        (row.RequestId, row.Outcome).ShouldBe((response.Header("x-request-id"), AnswerOutcome.Completed));
    }

    [Theory]
    [InlineData(Wire.Tls)]
    [InlineData(Wire.Cleartext)]
    public async Task Stream_comes_event_by_event_and_ends_behind_its_row(Wire wire)
    {
        var rest = new TaskCompletionSource();
        App.Simulator.Script.Enqueue(Behavior.Parse("text=one two three four five") with { Hold = rest.Task, HoldAfter = 2 });
        using var client = Client(wire);

        using var response = await ChatAsync(client, ChatBody.Text("hi", stream: true), Timeout);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Timeout));
        var begun = await ReadToAsync(reader, "two");

        // The provider has not sent the rest yet.
        begun.ShouldNotContain("three");
        rest.SetResult();
        var all = begun + await reader.ReadToEndAsync(Timeout);

        response.Version.ShouldBe(HttpVersion.Version20);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        all.ShouldContain("five");
        all.ShouldEndWith("data: [DONE]\n\n");
        (await App.RowsAsync()).ShouldHaveSingleItem().Outcome.ShouldBe(AnswerOutcome.Completed);
    }

    [Theory]
    [InlineData(Wire.Tls)]
    [InlineData(Wire.Cleartext)]
    public async Task Stream_that_is_reset_is_settled_and_its_connection_goes_on(Wire wire)
    {
        var rest = new TaskCompletionSource();
        App.Simulator.Script.Enqueue(Behavior.Parse("text=one two three four five six") with { Hold = rest.Task, HoldAfter = 2 });
        using var client = Client(wire);
        using (var response = await ChatAsync(client, ChatBody.Text("hi", stream: true), Timeout))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Timeout));
            await ReadToAsync(reader, "two");
        }

        await Probe.NoticedAsync(Timeout);
        rest.SetResult();
        var row = (await App.RowsAsync(1, Timeout)).ShouldHaveSingleItem();

        (row.Outcome, row.UsageSource, row.CompletionTokens).ShouldBe((AnswerOutcome.ClientDisconnected, UsageSource.Provider, 6));
        row.Amount.NanoUsd.ShouldBe((row.PromptTokens * 2500) + (6 * 10_000));
        await Probe.EndedAsync(Timeout);
        App.Services.GetRequiredService<BodyBuffers>().Held.ShouldBe(0);
        using var next = await ChatAsync(client, ChatBody.Text("hi"), Timeout);
        next.StatusCode.ShouldBe(HttpStatusCode.OK);
        Connections.ShouldBe(1);
    }

    [Theory]
    [InlineData(Wire.Tls)]
    [InlineData(Wire.Cleartext)]
    public async Task Hundred_streams_run_at_once_on_one_connection(Wire wire)
    {
        var rest = new TaskCompletionSource();
        for (var i = 0; i < Streams; i++)
        {
            App.Simulator.Script.Enqueue(Behavior.Parse("text=one two three") with { Hold = rest.Task, HoldAfter = 1 });
        }

        using var client = Client(wire);
        var responses = await Task.WhenAll(Enumerable.Range(0, Streams).Select(_ => ChatAsync(client, ChatBody.Text("hi", stream: true), Timeout)));

        // Each has begun and none can have ended.
        App.Services.GetRequiredService<Drain>().Running.ShouldBe(Streams);
        rest.SetResult();
        var bodies = await Task.WhenAll(responses.Select(response => response.Content.ReadAsStringAsync(Timeout)));

        bodies.ShouldAllBe(body => body.Contains("three", StringComparison.Ordinal) && body.EndsWith("data: [DONE]\n\n", StringComparison.Ordinal));
        responses.Select(response => response.Header("x-request-id")).Distinct().Count().ShouldBe(Streams);
        (await App.RowsAsync()).Count(row => row.Outcome == AnswerOutcome.Completed).ShouldBe(Streams);
        Connections.ShouldBe(1);
        foreach (var response in responses)
        {
            response.Dispose();
        }
    }

    [Theory]
    [InlineData(Wire.Tls)]
    [InlineData(Wire.Cleartext)]
    public async Task Large_body_and_a_large_answer_come_whole(Wire wire)
    {
        // More than any flow-control window on the way.
        var body = ChatBody.Image(Pictures.PngUrl(512, 512, padding: 12 << 20), "[[big_event=8m]]describe", stream: true);
        using var client = Client(wire);

        using var response = await ChatAsync(client, body, Timeout);
        var answer = await response.Content.ReadAsStringAsync(Timeout);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Length.ShouldBeGreaterThan(8 << 20);
        answer.ShouldEndWith("data: [DONE]\n\n");
        (await App.Simulator.Requests.WaitForAsync(1, Timeout))[0].Body.Length.ShouldBeGreaterThan(16 << 20);
        (await App.RowsAsync()).ShouldHaveSingleItem().ImageTokensEstimated.ShouldBe(255);
    }

    [Theory]
    [InlineData(Wire.Tls)]
    [InlineData(Wire.Cleartext)]
    public async Task Refusals_leave_the_connection_as_it_is(Wire wire)
    {
        using var client = Client(wire);
        using var content = new StringContent(ChatBody.Text("hi"), null, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/nothing") { Content = content, Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

        using var unknown = await client.SendAsync(request, Timeout);
        using var refused = await ChatAsync(client, ChatBody.Text("hi", model: "nobody-has-it"), Timeout);
        using var served = await ChatAsync(client, ChatBody.Text("hi"), Timeout);

        ((string?)(await unknown.ErrorAsync())["message"]).ShouldBe("Invalid URL (POST /v1/nothing)");
        ((string?)(await refused.ErrorAsync())["code"]).ShouldBe("model_not_found");
        served.StatusCode.ShouldBe(HttpStatusCode.OK);
        Connections.ShouldBe(1);
    }

    [Theory]
    [InlineData(Wire.Plain)]
    [InlineData(Wire.Tls)]
    public async Task Http_1_works_beside(Wire wire)
    {
        using var client = Client(wire, HttpVersion.Version11);

        using var response = await ChatAsync(client, ChatBody.Text("hi", stream: true), Timeout);

        response.Version.ShouldBe(HttpVersion.Version11);
        (await response.EventsAsync())[^1].ShouldBe("[DONE]");
    }

    [Fact]
    public async Task Http_1_on_a_port_of_http_2_alone_is_told_so()
    {
        var address = AddressOf(Wire.Cleartext);
        using var socket = new TcpClient();
        await socket.ConnectAsync(address.Host, address.Port, Timeout);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes("GET /v1/models HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), Timeout);

        var answer = await new StreamReader(stream).ReadToEndAsync(Timeout);

        answer.ShouldStartWith("HTTP/1.1 400 Bad Request\r\n");
        answer.ShouldContain("An HTTP/1.x request was sent to an HTTP/2 only endpoint.");
    }

    [Fact]
    public async Task Http_2_on_a_port_of_http_1_alone_fails_at_once()
    {
        using var client = Client(Wire.Plain);

        await Should.ThrowAsync<HttpRequestException>(() => ChatAsync(client, ChatBody.Text("hi"), Timeout));
    }

    private static async Task<string> ReadToAsync(StreamReader reader, string text)
    {
        var read = new StringBuilder();
        while (!read.ToString().Contains(text, StringComparison.Ordinal))
        {
            read.Append(CultureInfo.InvariantCulture, $"{await reader.ReadLineAsync(Timeout) ?? throw new EndOfStreamException($"The stream ended without '{text}'.")}\n");
        }

        return read.ToString();
    }
}
