using System.Text;
using Gateway.Simulator;
using Gateway.Simulator.Recording;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Simulator;

public sealed class RecorderTests
{
    [Fact]
    public async Task Request_is_kept_byte_for_byte_with_its_headers()
    {
        await using var session = await SimulatorSession.StartAsync();
        session.Http.DefaultRequestHeaders.Add("x-test", ["one", "two"]);
        var sent = SimulatorSession.Body("schön\u0000").ToJsonString() + " \n";

        using (await session.PostAsync(sent))
        {
        }

        using (await session.Http.GetAsync("/v1/models?after=1", TestContext.Current.CancellationToken))
        {
        }

        var requests = await session.Host.Requests.WaitForAsync(2, TestContext.Current.CancellationToken);
        requests.Select(r => r.Number).ShouldBe([1, 2]);
        requests[0].Method.ShouldBe("POST");
        requests[0].Path.ShouldBe("/v1/chat/completions");
        requests[0].Body.ToArray().ShouldBe(Encoding.UTF8.GetBytes(sent));
        requests[0].BodyText.ShouldBe(sent);
        requests[0].Header("Content-Type").ShouldBe("application/json");
        requests[0].Header("absent").ShouldBeNull();
        requests[0].Headers.Where(h => h.Key is "x-test").SelectMany(h => h.Value.Split(", ")).ShouldBe(["one", "two"]);
        requests[1].Query.ShouldBe("?after=1");
        (await requests[0].Completed).ShouldBe(RequestState.Answered);
    }

    [Fact]
    public async Task Body_of_unknown_length_is_kept_whole()
    {
        await using var session = await SimulatorSession.StartAsync();
        var sent = Encoding.UTF8.GetBytes(SimulatorSession.Body(new string('a', 50_000)).ToJsonString());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new ByteArrayContent(sent) };
        request.Headers.TransferEncodingChunked = true;

        using var response = await session.Http.SendAsync(request, TestContext.Current.CancellationToken);

        (await session.FirstRequestAsync()).Body.ToArray().ShouldBe(sent);
    }

    [Fact]
    public async Task Oldest_requests_go_first_when_there_are_too_many()
    {
        await using var session = await SimulatorSession.StartAsync(new SimulatorOptions { RecordedRequests = 2 });

        await PostAsync(session, 3);

        session.Host.Requests.Total.ShouldBe(3);
        session.Host.Requests.Snapshot().Select(r => r.Number).ShouldBe([2, 3]);
    }

    [Fact]
    public async Task Oldest_requests_go_first_when_they_are_too_large()
    {
        await using var session = await SimulatorSession.StartAsync(new SimulatorOptions { RecordedBytes = 2500 });

        await PostAsync(session, 3, new string('a', 1000));

        session.Host.Requests.Snapshot().Select(r => r.Number).ShouldBe([2, 3]);
    }

    [Fact]
    public async Task Request_that_is_too_large_by_itself_is_kept_without_its_body()
    {
        await using var session = await SimulatorSession.StartAsync(new SimulatorOptions { RecordedBytes = 500 });

        await PostAsync(session, 1);
        await PostAsync(session, 1, new string('a', 1000));

        var requests = session.Host.Requests.Snapshot();
        requests.Select(r => r.BodyOmitted).ShouldBe([false, true]);
        requests[1].Body.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public async Task Wait_ends_when_enough_requests_are_there()
    {
        await using var session = await SimulatorSession.StartAsync();

        var two = session.Host.Requests.WaitForAsync(2, TestContext.Current.CancellationToken);
        await PostAsync(session, 1);
        two.IsCompleted.ShouldBeFalse();
        await PostAsync(session, 1);

        (await two).Count.ShouldBe(2);
        (await session.Host.Requests.WaitForAsync(1, TestContext.Current.CancellationToken)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Clear_starts_anew()
    {
        await using var session = await SimulatorSession.StartAsync();

        await PostAsync(session, 2);
        session.Host.Requests.Clear();
        await PostAsync(session, 1);

        session.Host.Requests.Snapshot().Select(r => r.Number).ShouldBe([1]);
    }

    [Fact]
    public async Task Nothing_is_kept_where_recording_is_off()
    {
        await using var session = await SimulatorSession.StartAsync(new SimulatorOptions { Record = false });

        await PostAsync(session, 1, new string('a', 20_000));

        session.Host.Requests.Total.ShouldBe(0);
        session.Host.Requests.Snapshot().ShouldBeEmpty();
        await Should.ThrowAsync<InvalidOperationException>(() => session.Host.Requests.WaitForAsync(1, TestContext.Current.CancellationToken));
    }

    private static async Task PostAsync(SimulatorSession session, int count, string text = "Hello")
    {
        for (var i = 0; i < count; i++)
        {
            await session.JsonAsync(SimulatorSession.Body(text));
        }
    }
}
