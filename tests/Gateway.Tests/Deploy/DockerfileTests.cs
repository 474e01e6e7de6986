using System.Text.RegularExpressions;
using System.Xml.Linq;
using Gateway.Cli;
using Gateway.Testing;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Deploy;

public sealed partial class DockerfileTests
{
    private static readonly List<(string Word, string Text)> Steps = Read();

    [Fact]
    public void What_decides_the_packages_is_copied_before_the_restore()
    {
        var restore = Steps.FindIndex(static step => step.Text.StartsWith("dotnet restore", StringComparison.Ordinal));
        var copied = Steps.Take(restore).Where(static step => step.Word == "COPY").SelectMany(static step => step.Text.Split(' ')[..^1]).ToList();

        copied.ShouldBe(Projects("src/Gateway/Gateway.csproj").Concat(["global.json", "Directory.Build.props", "Directory.Packages.props", "BannedSymbols.txt", ".editorconfig"]), ignoreOrder: true);
        copied.ShouldAllBe(file => File.Exists(Path.Combine(Repository.Root, file)));
        Steps[restore + 1].ShouldBe(("COPY", "src/ src/"));
        var allowed = File.ReadAllLines(Path.Combine(Repository.Root, ".dockerignore"));
        copied.ShouldAllBe(file => allowed.Contains($"!{file}") || (file.StartsWith("src/", StringComparison.Ordinal) && allowed.Contains("!src")));
    }

    [Fact]
    public void Images_are_of_the_version_that_is_built_for()
    {
        var framework = XDocument.Load(Path.Combine(Repository.Root, "Directory.Build.props")).Descendants("TargetFramework").Single().Value;

        Steps.Where(static step => step.Word == "FROM").Select(static step => step.Text.Split(' ')[0].Split(':')[1]).ShouldAllBe(tag => $"net{tag}" == framework);
        File.ReadAllText(Path.Combine(Repository.Root, "global.json")).ShouldContain($"\"version\": \"{framework[3..]}.");
    }

    [Fact]
    public void It_runs_as_a_user_without_rights_whose_only_writable_place_is_the_volume()
    {
        var last = Steps.FindLastIndex(static step => step.Word == "FROM");

        Steps.Skip(last).Single(static step => step.Word == "USER").Text.ShouldBe($"{DeployedSettings.User}:{DeployedSettings.User}");
        Single("VOLUME").ShouldBe(Environment()["Gateway__DataDirectory"]);
        Steps.Skip(last).Single(static step => step.Word == "RUN").Text.ShouldContain($"chown {DeployedSettings.User}:{DeployedSettings.User} {Single("VOLUME")}");
        Steps.Skip(last).Where(static step => step.Word == "COPY").ShouldAllBe(step => !step.Text.Contains("--chown", StringComparison.Ordinal));
    }

    [Fact]
    public void Its_settings_and_its_port_are_those_of_the_program()
    {
        DeployedSettings.ShouldBeKnown(Environment().Keys);
        HealthCommand.TryAddress(Environment()["ASPNETCORE_URLS"], "/health/ready", out var address).ShouldBeTrue();
        address!.Port.ToString(System.Globalization.CultureInfo.InvariantCulture).ShouldBe(Single("EXPOSE"));
    }

    [Fact]
    public void Its_health_is_asked_by_the_program_itself()
    {
        var check = Single("HEALTHCHECK");

        check.ShouldEndWith("""CMD ["gateway", "health"]""");
        Single("ENTRYPOINT").ShouldBe("""["gateway"]""");
        Subcommands.TryFind(["health"], out _).ShouldBeTrue();
        Steps.ShouldContain(("RUN", "ln -s /app/Gateway /usr/local/bin/gateway && mkdir /data && chown 1654:1654 /data"));
    }

    private static string Single(string word) => Steps.Single(step => step.Word == word).Text;

    private static Dictionary<string, string> Environment() =>
        Single("ENV").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static pair => pair.Split('=', 2)).ToDictionary(static pair => pair[0], static pair => pair[1]);

    /// <summary>A project and all that it refers to.</summary>
    private static HashSet<string> Projects(string project)
    {
        var found = new HashSet<string> { project };
        var folder = Path.GetDirectoryName(Path.Combine(Repository.Root, project))!;
        foreach (var reference in XDocument.Load(Path.Combine(Repository.Root, project)).Descendants("ProjectReference").Select(static reference => reference.Attribute("Include")!.Value))
        {
            found.UnionWith(Projects(Path.GetRelativePath(Repository.Root, Path.GetFullPath(reference, folder))));
        }

        return found;
    }

    private static List<(string Word, string Text)> Read()
    {
        var text = Comment().Replace(File.ReadAllText(Path.Combine(Repository.Root, "Dockerfile")), "").Replace("\\\n", " ", StringComparison.Ordinal);
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(static line => line.Split(' ', 2)).Select(static step => (step[0], step[1]))];
    }

    [GeneratedRegex("^#.*$", RegexOptions.CultureInvariant | RegexOptions.Multiline, 1000)]
    private static partial Regex Comment();
}
