using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Gateway.Testing;
using Gateway.Testing.Redaction;

namespace Gateway.Conformance.Npm;

/// <summary>A script of cases in <c>node</c>, run once by Node's own runner.</summary>
/// <param name="name">Of the file.</param>
/// <param name="package">Of npm, whose client the cases use.</param>
public sealed partial class NodeScript(string name, string package)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "Gateway.Conformance", "node");

    private readonly Dictionary<string, string?> _failures = [];

    /// <summary>The names of the cases, as the script has them.</summary>
    public IEnumerable<string> Cases => CaseName().Matches(File.ReadAllText(Path.Combine(Folder, name))).Select(match => match.Groups["name"].Value);

    /// <summary>Why the script cannot run here, or null.</summary>
    public string? WhyAbsent
    {
        get
        {
            var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
            return !path.Any(folder => File.Exists(Path.Combine(folder, "node"))) ? "Node is not installed."
                : !Directory.Exists(Path.Combine(Folder, "node_modules", package)) ? $"The npm package {package} is not installed: run 'npm ci' in tests/Gateway.Conformance/node."
                : null;
        }
    }

    /// <summary>All that Node printed.</summary>
    public string Output { get; private set; } = "";

    /// <param name="name">Of <see cref="Cases"/>.</param>
    /// <param name="failure">Why it failed; null where it passed.</param>
    /// <returns>False where the case has not run at all.</returns>
    public bool TryGet(string name, out string? failure) => _failures.TryGetValue(name, out failure);

    /// <summary>Runs all cases.</summary>
    /// <param name="environment">What the script needs to know.</param>
    /// <param name="cancellationToken">Ends Node.</param>
    public async Task RunAsync(IEnumerable<KeyValuePair<string, string>> environment, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("node", ["--test", "--test-reporter=./reporter.mjs", "--test-reporter-destination=stdout", name])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Folder,
        };
        foreach (var (variable, value) in environment)
        {
            start.Environment[variable] = value;
        }

        if (RunEvidence.Current is { } evidence)
        {
            start.Environment["GATEWAY_NOTES"] = evidence.Notes;
        }

        using var node = Process.Start(start) ?? throw new InvalidOperationException("Node does not start.");
        try
        {
            var printed = node.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = node.StandardError.ReadToEndAsync(cancellationToken);
            await node.WaitForExitAsync(cancellationToken).WaitAsync(Timeout, cancellationToken);
            Output = $"{await printed}{await errors}";
        }
        finally
        {
            if (!node.HasExited)
            {
                node.Kill(entireProcessTree: true);
            }
        }

        foreach (var line in Output.Split('\n').Where(line => line.StartsWith("{\"name\":", StringComparison.Ordinal)))
        {
            var result = JsonNode.Parse(line)!;
            _failures[(string)result["name"]!] = (string?)result["failure"];
        }
    }

    [GeneratedRegex(@"^test\('(?<name>[^']+)'", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CaseName();
}
