using Gateway.Testing.Soak;
using Shouldly;
using Xunit;

namespace Gateway.Conformance.Soak;

/// <summary>
/// The scenarios of the <c>soak</c> command, cut down to seconds. What takes its time is left to the command: more rounds, and waiting for leases to end.
/// </summary>
[Collection(nameof(SoakTests))]
[CollectionDefinition(nameof(SoakTests), DisableParallelization = true)]
public sealed class SoakTests
{
    private static readonly SoakOptions Reduced = new()
    {
        Seed = 20,
        Clients = 48,
        Rounds = 1,
        Duration = TimeSpan.FromSeconds(2),
        RequestsPerMinute = 90,
        WaitForLeases = false,
    };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public Task Three_gateways_under_200_clients_never_admit_more_than_the_limits() =>
        RunAsync(LimitsScenario.RunAsync, Reduced with { Clients = 200, RequestsPerMinute = 300, Duration = TimeSpan.FromSeconds(5) });

    [Fact]
    public Task Gateways_killed_under_load_leave_one_row_for_each_answer_that_arrived_to_its_end() =>
        RunAsync(KillScenario.RunAsync, Reduced with { Rounds = 3 });

    [Fact]
    public Task Redis_and_PostgreSQL_killed_under_load_hold_no_request_up_bill_none_twice_and_leave_each_gateway_to_its_policy() =>
        RunAsync(OutageScenario.BothAsync, Reduced);

    private static async Task RunAsync(Func<SoakOptions, CancellationToken, Task<SoakReport>> scenario, SoakOptions options)
    {
        if (SoakCluster.WhyAbsent() is { } reason)
        {
            Assert.SkipWhen(Environment.GetEnvironmentVariable("GATEWAY_REQUIRE_BACKENDS") != "1", reason);
            Assert.Fail(reason);
        }

        var report = await scenario(options, Ct);

        TestContext.Current.TestOutputHelper?.WriteLine(report.ToString());
        report.Violations.ShouldBeEmpty(report.ToString());
    }
}
