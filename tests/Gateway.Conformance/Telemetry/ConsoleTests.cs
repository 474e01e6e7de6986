using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Conformance.Telemetry;

/// <summary>What becomes of requests where nobody reads what the gateway prints.</summary>
public sealed class ConsoleTests
{
    private const int MostRequests = 10_000;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Console_that_nobody_reads_holds_up_no_request_and_not_the_end_and_lines_are_dropped_and_counted()
    {
        var settings = new Dictionary<string, string> { ["Serilog__MinimumLevel__Default"] = "Verbose" };
        foreach (var source in (string[])["Microsoft", "Microsoft.AspNetCore", "Yarp", "System"])
        {
            settings[$"Serilog__MinimumLevel__Override__{source}"] = "Verbose";
        }

        await using var gateway = await MeasuredGateway.StartAsync(settings, $"sk-provider-{Guid.NewGuid():N}", Ct);
        var key = await gateway.NewKeyAsync("{}", Ct);
        gateway.Process.HoldOutput();

        // More than the pipe and the queue behind it take.
        var requests = 0;
        while (await DroppedAsync(gateway) == 0)
        {
            await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
                (await gateway.ChatAsync(key.Secret, MeasuredGateway.Body(MeasuredGateway.Chat, "hi"), Ct)).Status.ShouldBe(200)));
            (requests += 20).ShouldBeLessThan(MostRequests);
        }

        (await gateway.ChatAsync(key.Secret, MeasuredGateway.Body(MeasuredGateway.Chat, "[[tokens=5]]", stream: true), Ct)).Text.ShouldEndWith("data: [DONE]\n\n");

        gateway.Process.Terminate();
        using var timeout = new CancellationTokenSource(Patience, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, Ct);
        while (!gateway.Process.HasExited)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, either.Token);
        }

        gateway.Process.ReleaseOutput();
        (await gateway.Process.StopAsync()).ShouldBe(0, gateway.Process.Output);
    }

    private static async Task<double> DroppedAsync(MeasuredGateway gateway)
    {
        var (status, text) = await gateway.SendAsync(HttpMethod.Get, "metrics", null, null, Ct);
        status.ShouldBe(200);
        return Scrape.Parse(text).Sum("gateway_log_dropped_total");
    }
}
