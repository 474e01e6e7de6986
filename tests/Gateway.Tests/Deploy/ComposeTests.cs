using Gateway.Pipeline;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Deploy;

public sealed class ComposeTests
{
    private static readonly Yaml File = Yaml.Read("docker-compose.yml").Single();
    private static readonly Yaml Gateway = File["services"]["gateway"];

    [Fact]
    public void Variables_of_the_gateway_are_settings() => DeployedSettings.ShouldBeKnown(Gateway["environment"].Fields.Keys);

    [Fact]
    public void No_secret_has_a_value_that_nobody_chose()
    {
        var lines = System.IO.File.ReadAllLines(Path.Combine(Repository.Root, "docker-compose.yml"));
        var example = System.IO.File.ReadAllLines(Path.Combine(Repository.Root, "deploy", "compose", "env.example")).Where(static line => line.Contains('=', StringComparison.Ordinal)).ToList();

        // A variable of a provider may be absent; any other must be there.
        lines.Where(static line => line.Contains("_PASSWORD:-", StringComparison.Ordinal) || line.Contains("ADMIN_KEY:-", StringComparison.Ordinal)).ShouldBeEmpty();
        foreach (var name in (string[])["POSTGRES_PASSWORD", "REDIS_PASSWORD", "GATEWAY_ADMIN_KEY", "GRAFANA_PASSWORD"])
        {
            lines.ShouldContain(line => line.Contains($"${{{name}:?", StringComparison.Ordinal));
            lines.ShouldNotContain(line => line.Contains($"${{{name}}}", StringComparison.Ordinal));
            example.ShouldContain($"{name}=");
        }

        example.ShouldAllBe(line => line.EndsWith('='));
    }

    [Fact]
    public void Whoever_is_waited_for_says_how_it_is()
    {
        foreach (var (name, service) in File["services"].Fields)
        {
            foreach (var (other, waited) in service.Find("depends_on")?.Fields ?? new Dictionary<string, Yaml>())
            {
                waited["condition"].Text.ShouldBe("service_healthy", name);

                // The gateway's own check is in its image.
                (other == "gateway" || File["services"][other].Find("healthcheck") is not null).ShouldBeTrue(other);
            }
        }
    }

    [Fact]
    public void Gateway_has_the_time_that_it_takes_to_stop()
    {
        var settings = Gateway["environment"];
        var grace = settings.Find("Gateway__ShutdownGraceSeconds") is { } set ? DeployedSettings.Seconds(set.Text) : new ShutdownOptions().ShutdownGraceSeconds;
        var delay = settings.Find("Gateway__ShutdownDelaySeconds") is { } wait ? DeployedSettings.Seconds(wait.Text) : new ShutdownOptions().ShutdownDelaySeconds;

        DeployedSettings.Seconds(Gateway["stop_grace_period"].Text).ShouldBeGreaterThanOrEqualTo(delay + grace + DeployedSettings.SecondsBeyondGrace);
    }

    [Fact]
    public void Gateway_has_no_rights_that_it_does_not_need()
    {
        Gateway["read_only"].Text.ShouldBe("true");
        Gateway["cap_drop"].Items.Select(static item => item.Text).ShouldBe(["ALL"]);
        Gateway["security_opt"].Items.Select(static item => item.Text).ShouldBe(["no-new-privileges:true"]);
        File["networks"]["store"]["internal"].Text.ShouldBe("true");
        File["services"]["postgres"].Find("ports").ShouldBeNull();
        File["services"]["redis"].Find("ports").ShouldBeNull();
    }

    [Fact]
    public void What_is_mounted_is_there_and_where_it_is_looked_for()
    {
        var named = File["volumes"].Fields.Keys.ToList();
        var sources = File["services"].Fields.Values.SelectMany(static service => service.Find("volumes")?.Items ?? []).Select(static volume => volume.Text.Split(':')[0]).ToList();
        var targets = Gateway["volumes"].Items.Select(static volume => volume.Text.Split(':')[1]).ToList();

        sources.ShouldAllBe(source => source.StartsWith("./", StringComparison.Ordinal) ? Path.Exists(Path.Combine(Repository.Root, source)) : named.Contains(source));
        targets.ShouldContain(Path.GetDirectoryName(Gateway["environment"]["Gateway__CatalogPath"].Text)!);
        targets.ShouldContain("/data");
        Gateway["ports"].Items.Single().Text.ShouldEndWith(":8080");
    }
}
