using Shouldly;
using Xunit;

namespace Gateway.Tests.Deploy;

public sealed class CollectorTests
{
    private static readonly Yaml File = Yaml.Read("deploy/otel/collector.yml").Single();

    [Fact]
    public void Pipelines_are_made_of_what_is_there_and_all_of_it_is_used()
    {
        var pipelines = File["service"]["pipelines"].Fields;

        foreach (var kind in (string[])["receivers", "processors", "exporters"])
        {
            pipelines.Values.SelectMany(pipeline => pipeline[kind].Items).Select(static item => item.Text).Distinct().ShouldBe(File[kind].Fields.Keys, ignoreOrder: true, kind);
        }

        File["service"]["extensions"].Items.Select(static item => item.Text).ShouldBe(File["extensions"].Fields.Keys);
        pipelines.Values.ShouldAllBe(pipeline => pipeline["processors"].Items.First().Text == "memory_limiter" && pipeline["processors"].Items.Last().Text == "batch");
    }
}
