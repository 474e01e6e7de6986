using System.Text.RegularExpressions;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Deploy;

/// <summary>The chart, as far as it can be held to account without Helm: its values and its templates know each other, and say what the plain manifests say.</summary>
public sealed partial class HelmTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "deploy", "helm", "gateway");
    private static readonly Yaml Values = Yaml.Read("deploy/helm/gateway/values.yaml").Single();
    private static readonly Dictionary<string, string> Templates = Directory.GetFiles(Path.Combine(Folder, "templates")).ToDictionary(static file => Path.GetFileName(file), File.ReadAllText);
    private static readonly string All = string.Concat(Templates.Values);

    [Fact]
    public void Every_value_that_a_template_reads_is_there_and_every_value_is_read()
    {
        var read = ValueOf().Matches(All).Select(static match => match.Groups["path"].Value).ToHashSet();
        var given = Leaves(Values, "").ToList();

        read.Where(path => !given.Exists(leaf => leaf == path || leaf.StartsWith(path + ".", StringComparison.Ordinal))).ShouldBeEmpty();
        given.Where(leaf => !read.Contains(leaf) && !read.Any(path => leaf.StartsWith(path + ".", StringComparison.Ordinal))).ShouldBeEmpty();
    }

    [Fact]
    public void Every_block_that_is_opened_is_closed()
    {
        foreach (var (name, text) in Templates)
        {
            var opened = Opens().Count(text);
            Ends().Count(text).ShouldBe(opened, name);
            text.Split("{{").Length.ShouldBe(text.Split("}}").Length, name);
        }

        var defined = Defines().Matches(All).Select(static match => match.Groups["name"].Value).ToHashSet();
        Includes().Matches(All).Select(static match => match.Groups["name"].Value).ShouldAllBe(name => defined.Contains(name));
    }

    [Fact]
    public void Pod_is_that_of_the_plain_manifests()
    {
        var plain = Yaml.Read("deploy/kubernetes/deployment.yaml").Single()["spec"]["template"]["spec"];
        var workload = Templates["workload.yaml"];

        foreach (var variable in plain["containers"].Items.Single()["env"].Items)
        {
            workload.ShouldContain($"- name: {variable["name"].Text}\n");
        }

        foreach (var line in (string[])
            ["runAsNonRoot: true", $"runAsUser: {DeployedSettings.User}", $"fsGroup: {DeployedSettings.User}", "type: RuntimeDefault", "allowPrivilegeEscalation: false", "readOnlyRootFilesystem: true",
            "drop: [ALL]", "path: /health/live", "path: /health/ready", "mountPath: /data", "mountPath: /etc/gateway", "automountServiceAccountToken: false"])
        {
            workload.ShouldContain(line);
        }

        workload.ShouldContain($"add .Values.shutdown.preStopSleepSeconds .Values.shutdown.delaySeconds .Values.shutdown.graceSeconds {DeployedSettings.SecondsBeyondGrace} }}}}");
        Values["shutdown"]["delaySeconds"].Text.ShouldBe("10");
        Values["shutdown"]["graceSeconds"].Text.ShouldBe("300");
    }

    [Fact]
    public void Settings_are_known_and_the_catalog_is_sound()
    {
        DeployedSettings.ShouldBeKnown(Values["settings"].Fields.Keys);
        DeployedSettings.ShouldBeCatalog(Values["catalog"].Text);
        Values["existingSecret"].Text.ShouldBeEmpty();
    }

    [Fact]
    public void Chart_has_the_version_of_the_program()
    {
        var chart = Yaml.Read("deploy/helm/gateway/Chart.yaml").Single();

        chart["appVersion"].Text.ShouldBe(typeof(Program).Assembly.GetName().Version!.ToString(3));
        chart["apiVersion"].Text.ShouldBe("v2");
    }

    private static IEnumerable<string> Leaves(Yaml value, string path)
    {
        IReadOnlyDictionary<string, Yaml> fields;
        try
        {
            fields = value.Fields;
        }
        catch (InvalidDataException)
        {
            return [path];
        }

        return fields.Count == 0 ? [path] : fields.SelectMany(field => Leaves(field.Value, path.Length == 0 ? field.Key : $"{path}.{field.Key}"));
    }

    [GeneratedRegex(@"\.Values\.(?<path>[A-Za-z]+(\.[A-Za-z]+)*)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ValueOf();

    [GeneratedRegex(@"\{\{-? *(if|with|range|define)\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Opens();

    [GeneratedRegex(@"\{\{-? *end *-?\}\}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Ends();

    [GeneratedRegex(@"define ""(?<name>[^""]+)""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Defines();

    [GeneratedRegex(@"include ""(?<name>[^""]+)""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Includes();
}
