using Gateway.Conformance.Redaction;
using Gateway.Conformance.Running;
using Shouldly;
using Xunit;

[assembly: TestCollectionOrderer(typeof(LastCollection))]

namespace Gateway.Conformance.Redaction;

/// <summary>
/// When all other suites are through: what every gateway process of the run printed at its lowest level, exported, was scraped of, answered with an error and stored is searched for
/// every key and for what clients and providers said and showed. Excepted are the columns that hold content by contract.
/// </summary>
[Collection(nameof(WholeRunTests))]
[CollectionDefinition(nameof(WholeRunTests), DisableParallelization = true)]
public sealed class WholeRunTests(RunningGateway gateway)
{
    [Fact]
    public async Task Nothing_that_any_gateway_left_behind_holds_a_key_or_content()
    {
        var (found, report) = await gateway.SearchAsync();

        TestContext.Current.TestOutputHelper!.WriteLine(report);
        found.ShouldBeEmpty(report);
    }
}
