using System.Net;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Deploy;

public sealed class KubernetesTests
{
    private const string Folder = "deploy/kubernetes";

    private static readonly Dictionary<string, Yaml> Objects = Directory.GetFiles(Path.Combine(Repository.Root, Folder), "*.yaml")
        .SelectMany(static file => Yaml.Read(Path.GetRelativePath(Repository.Root, file)))
        .ToDictionary(static document => document["kind"].Text);

    private static readonly Yaml Pod = Objects["Deployment"]["spec"]["template"]["spec"];
    private static readonly Yaml Container = Pod["containers"].Items.Single();
    private static readonly Dictionary<string, string> Settings = Container["env"].Items.ToDictionary(static variable => variable["name"].Text, static variable => variable["value"].Text);

    [Fact]
    public async Task Probes_ask_what_the_gateway_serves_on_the_port_that_it_listens_on()
    {
        await using var app = await GatewayApp.StartAsync();
        using var client = app.Client();
        var port = Container["ports"].Items.Single();

        foreach (var probe in (string[])["startupProbe", "livenessProbe", "readinessProbe"])
        {
            using var answer = await client.GetAsync(new Uri(Container[probe]["httpGet"]["path"].Text, UriKind.Relative), TestContext.Current.CancellationToken);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, probe);
            Container[probe]["httpGet"]["port"].Text.ShouldBe(port["name"].Text);
        }

        Container["readinessProbe"]["httpGet"]["path"].Text.ShouldBe("/health/ready");
        Container["livenessProbe"]["httpGet"]["path"].Text.ShouldBe("/health/live", "a database that is down is no reason to end the process");
        Settings["ASPNETCORE_URLS"].ShouldEndWith($":{port["containerPort"].Text}");
        Objects["Service"]["spec"]["ports"].Items.Single()["targetPort"].Text.ShouldBe(port["name"].Text);
    }

    [Fact]
    public void Variables_and_secrets_are_settings()
    {
        DeployedSettings.ShouldBeKnown(Settings.Keys);
        DeployedSettings.ShouldBeKnown(Objects["Secret"]["stringData"].Fields.Keys);
        Objects["Secret"]["stringData"].Fields.Values.ShouldAllBe(value => value.Text.Length == 0);
        Container["envFrom"].Items.Single()["secretRef"]["name"].Text.ShouldBe(Objects["Secret"]["metadata"]["name"].Text);
    }

    [Fact]
    public void Pod_has_the_time_that_the_gateway_takes_to_stop() => DeployedSettings.Seconds(Pod["terminationGracePeriodSeconds"].Text).ShouldBe(
        DeployedSettings.Seconds(Settings["Gateway__ShutdownDelaySeconds"]) + DeployedSettings.Seconds(Settings["Gateway__ShutdownGraceSeconds"]) + DeployedSettings.SecondsBeyondGrace);

    [Fact]
    public void Pod_leaves_its_endpoints_before_it_refuses()
    {
        // Two failed probes, and what it takes the news to travel.
        var probe = Container["readinessProbe"];

        DeployedSettings.Seconds(Settings["Gateway__ShutdownDelaySeconds"])
            .ShouldBeGreaterThanOrEqualTo(DeployedSettings.Seconds(probe["periodSeconds"].Text) * DeployedSettings.Seconds(probe["failureThreshold"].Text));
    }

    [Fact]
    public void Pod_has_no_rights_that_it_does_not_need()
    {
        var (pod, container) = (Pod["securityContext"], Container["securityContext"]);

        (pod["runAsNonRoot"].Text, pod["runAsUser"].Text, pod["fsGroup"].Text, pod["seccompProfile"]["type"].Text).ShouldBe(("true", DeployedSettings.User, DeployedSettings.User, "RuntimeDefault"));
        (container["allowPrivilegeEscalation"].Text, container["readOnlyRootFilesystem"].Text).ShouldBe(("false", "true"));
        container["capabilities"]["drop"].Items.Select(static item => item.Text).ShouldBe(["ALL"]);
        (Pod["automountServiceAccountToken"].Text, Objects["ServiceAccount"]["automountServiceAccountToken"].Text).ShouldBe(("false", "false"));
        Container["resources"]["limits"].Fields.Keys.ShouldContain("memory");
    }

    [Fact]
    public void What_is_written_and_read_is_mounted_where_it_is_looked_for()
    {
        var mounts = Container["volumeMounts"].Items.ToDictionary(static mount => mount["mountPath"].Text, static mount => mount["name"].Text);
        var volumes = Pod["volumes"].Items.ToDictionary(static volume => volume["name"].Text);

        mounts.Keys.ShouldBe([Settings["Gateway__DataDirectory"], Path.GetDirectoryName(Settings["Gateway__CatalogPath"])!], ignoreOrder: true);
        Container["volumeMounts"].Items.ShouldAllBe(mount => mount.Find("subPath") == null);
        volumes[mounts[Settings["Gateway__DataDirectory"]]].Find("emptyDir").ShouldNotBeNull();
        volumes[mounts["/etc/gateway"]]["configMap"]["name"].Text.ShouldBe(Objects["ConfigMap"]["metadata"]["name"].Text);
        DeployedSettings.ShouldBeCatalog(Objects["ConfigMap"]["data"][Path.GetFileName(Settings["Gateway__CatalogPath"])].Text);
    }

    [Fact]
    public void Everything_means_the_same_pods()
    {
        var label = Objects["Deployment"]["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/name"].Text;

        Objects["Deployment"]["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"].Text.ShouldBe(label);
        Objects["Service"]["spec"]["selector"]["app.kubernetes.io/name"].Text.ShouldBe(label);
        Objects["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"].Text.ShouldBe(label);
        Objects["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"]["app.kubernetes.io/name"].Text.ShouldBe(label);
        Objects["ServiceMonitor"]["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"].Text.ShouldBe(Objects["Service"]["metadata"]["labels"]["app.kubernetes.io/name"].Text);
        Objects["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]["name"].Text.ShouldBe(Objects["Deployment"]["metadata"]["name"].Text);
        Pod["serviceAccountName"].Text.ShouldBe(Objects["ServiceAccount"]["metadata"]["name"].Text);
    }

    [Fact]
    public void What_is_applied_is_there() =>
        Objects["Kustomization"]["resources"].Items.ShouldAllBe(resource => File.Exists(Path.Combine(Repository.Root, Folder, resource.Text)));
}
