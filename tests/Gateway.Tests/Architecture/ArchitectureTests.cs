using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Architecture;

/// <summary>Who may know whom. A room that is not in the table, or an arrow that is not, is a failure: change the table and say why in docs/adr.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> Rooms = new()
    {
        ["Pipeline"] = ["Keys", "Catalog", "Images", "Files", "Idempotency", "Limits", "Forwarding", "Funds", "Ledger", "Responses", "Telemetry"],
        ["Responses"] = ["Idempotency", "Storage", "Telemetry"],
        ["Keys"] = ["Storage", "Telemetry"],
        ["Catalog"] = ["Storage", "Telemetry"],
        ["Images"] = ["Storage", "Telemetry"],
        ["Limits"] = ["Storage", "Telemetry"],
        ["Forwarding"] = ["Storage", "Telemetry"],
        ["Funds"] = ["Storage", "Telemetry"],
        ["Ledger"] = ["Idempotency", "Storage", "Telemetry"],
        ["Idempotency"] = ["Storage", "Telemetry"],
        ["Files"] = ["Storage", "Telemetry"],
        ["Admin"] = ["Keys", "Catalog", "Funds", "Ledger", "Limits", "Storage", "Telemetry"],
        ["Cli"] = ["Admin", "Catalog", "Funds", "Images", "Keys", "Ledger", "Pipeline", "Storage"],
        ["Development"] = ["Keys", "Catalog", "Simulator", "Storage"],
        ["Storage"] = [],
        ["Telemetry"] = [],
    };

    private static readonly Dictionary<string, string[]> CoreRooms = new()
    {
        ["Errors"] = ["Dialects"],
        ["Images"] = [],
        ["Text"] = [],
        ["Audio"] = [],
        ["Callers"] = ["Admission", "Pricing"],
        ["Admission"] = ["Callers", "Errors", "Pricing"],
        ["Models"] = ["Dialects", "Images", "Pricing", "Requests"],
        ["Requests"] = ["Audio", "Errors", "Images", "Models", "Text"],
        ["Metering"] = ["Errors", "Images", "Requests", "Text"],
        ["Pricing"] = ["Admission", "Metering", "Models", "Requests", "Streaming", "Text"],
        ["Streaming"] = ["Requests", "Text"],
        ["Endpoints"] = ["Audio", "Dialects", "Errors", "Images", "Metering", "Models", "Requests", "Streaming", "Text"],
        ["Dialects"] = ["Errors", "Images", "Models", "Pricing", "Requests", "Streaming", "Text"],
    };

    private static readonly string Root = FindRoot();

    public static TheoryData<string> GatewayRooms() => [.. Directory.GetDirectories(Path.Combine(Root, "src", "Gateway")).Select(path => Path.GetFileName(path)).Where(IsRoom)];

    public static TheoryData<string> GatewayCoreRooms() => [.. Directory.GetDirectories(Path.Combine(Root, "src", "Gateway.Core")).Select(path => Path.GetFileName(path)).Where(IsRoom)];

    [Theory]
    [MemberData(nameof(GatewayRooms))]
    public void Room_of_the_gateway_knows_only_whom_it_may(string room)
    {
        Rooms.ShouldContainKey(room);

        var known = Mentions(Path.Combine("src", "Gateway", room), GatewayName()).Where(name => name != room && name != "Core");

        known.Except(Rooms[room]).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(GatewayCoreRooms))]
    public void Room_of_the_core_knows_only_whom_it_may(string room)
    {
        CoreRooms.ShouldContainKey(room);

        var known = Mentions(Path.Combine("src", "Gateway.Core", room), CoreName()).Where(name => name != room);

        known.Except(CoreRooms[room]).ShouldBeEmpty();
    }

    [Fact]
    public void Core_knows_the_base_class_library_alone()
    {
        var references = typeof(Core.Errors.GatewayError).Assembly.GetReferencedAssemblies().Select(name => name.Name!);

        references.ShouldAllBe(name => name.StartsWith("System", StringComparison.Ordinal));
        Mentions(Path.Combine("src", "Gateway.Core"), GatewayName()).ShouldBe(["Core"]);
    }

    [Fact]
    public void Simulator_knows_nothing_of_the_gateway() =>
        typeof(Gateway.Simulator.SimulatorHost).Assembly.GetReferencedAssemblies().Select(name => name.Name).ShouldNotContain("Gateway.Core");

    [Fact]
    public void Every_arrow_of_the_table_is_still_drawn()
    {
        var drawn = Rooms.Keys.SelectMany(
            room => Mentions(Path.Combine("src", "Gateway", room), GatewayName()).Select(name => $"{room} -> {name}")).ToHashSet();

        // The rooms that everybody may enter need not be entered by everybody.
        var stale = Rooms.SelectMany(room => room.Value.Except(["Storage", "Telemetry"]).Select(name => $"{room.Key} -> {name}"))
            .Where(arrow => !arrow.StartsWith("Admin", StringComparison.Ordinal));

        stale.Except(drawn).ShouldBeEmpty();
    }

    [Fact]
    public void Namespace_follows_the_folder()
    {
        foreach (var project in (string[])["Gateway", "Gateway.Core", "Gateway.Simulator"])
        {
            foreach (var file in Sources(Path.Combine("src", project)))
            {
                var folder = Path.GetDirectoryName(Path.GetRelativePath(Path.Combine(Root, "src"), file))!.Replace(Path.DirectorySeparatorChar, '.');
                if (NamespaceOf().Match(File.ReadAllText(file)) is { Success: true } declared)
                {
                    declared.Groups["name"].Value.ShouldBe(folder, customMessage: file);
                }
            }
        }
    }

    [Fact]
    public void Program_stays_a_list() => File.ReadAllLines(Path.Combine(Root, "src", "Gateway", "Program.cs")).Length.ShouldBeLessThanOrEqualTo(60);

    private static SortedSet<string> Mentions(string folder, Regex name) =>
        [.. Sources(folder).SelectMany(file => name.Matches(WithoutComments(file))).Select(match => match.Groups["name"].Value)];

    private static string WithoutComments(string file) =>
        string.Join('\n', File.ReadLines(file).Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal) && !line.StartsWith("namespace ", StringComparison.Ordinal)));

    private static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                && !file.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    private static bool IsRoom(string name) => name is not ("bin" or "obj" or "Properties" or "data");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Gateway.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The tests run outside of a checkout.");
        }

        return folder.FullName;
    }

    [GeneratedRegex(@"\bGateway\.(?<name>Core|Pipeline|Keys|Catalog|Limits|Funds|Forwarding|Images|Files|Idempotency|Cli|Ledger|Responses|Storage|Admin|Console|Telemetry|Development|Simulator)\b", RegexOptions.None, 1000)]
    private static partial Regex GatewayName();

    [GeneratedRegex(@"\bGateway\.Core\.(?<name>[A-Z][A-Za-z]+)\b", RegexOptions.None, 1000)]
    private static partial Regex CoreName();

    [GeneratedRegex(@"^namespace (?<name>[A-Za-z.]+);", RegexOptions.Multiline, 1000)]
    private static partial Regex NamespaceOf();
}
