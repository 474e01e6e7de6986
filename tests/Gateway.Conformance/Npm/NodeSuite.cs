using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Gateway.Conformance.Running;
using Gateway.Testing;
using Xunit;

namespace Gateway.Conformance.Npm;

/// <summary>The cases of <c>node/openai.test.mjs</c>, run once by Node's own runner against the shared gateway.</summary>
public sealed partial class NodeSuite(RunningGateway gateway) : IAsyncLifetime
{
    private const string Script = "openai.test.mjs";
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "Gateway.Conformance", "node");

    private readonly Dictionary<string, string?> _failures = [];

    /// <summary>The names of the cases, as the script has them.</summary>
    public static IEnumerable<string> Cases => CaseName().Matches(File.ReadAllText(Path.Combine(Folder, Script))).Select(match => match.Groups["name"].Value);

    /// <summary>Why the script cannot run here, or null.</summary>
    public string? WhyAbsent { get; private set; }

    /// <summary>All that Node printed.</summary>
    public string Output { get; private set; } = "";

    /// <param name="name">Of <see cref="Cases"/>.</param>
    /// <param name="failure">Why it failed; null where it passed.</param>
    /// <returns>False where the case has not run at all.</returns>
    public bool TryGet(string name, out string? failure) => _failures.TryGetValue(name, out failure);

    public async ValueTask InitializeAsync()
    {
        WhyAbsent = FindAbsence();
        if (WhyAbsent is null)
        {
            await RunAsync(TestContext.Current.CancellationToken);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string? FindAbsence()
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return !path.Any(folder => File.Exists(Path.Combine(folder, "node"))) ? "Node is not installed."
            : !Directory.Exists(Path.Combine(Folder, "node_modules", "openai")) ? "The npm package openai is not installed: run 'npm ci' in tests/Gateway.Conformance/node."
            : null;
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("node", ["--test", "--test-reporter=./reporter.mjs", "--test-reporter-destination=stdout", Script])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Folder,
        };
        start.Environment["OPENAI_BASE_URL"] = gateway.Process.OpenAiBase.AbsoluteUri;
        start.Environment["GATEWAY_ADMIN_URL"] = new Uri(gateway.Process.BaseAddress, "admin/v1").AbsoluteUri;
        start.Environment["GATEWAY_ADMIN_KEY"] = gateway.Process.AdminKey;
        start.Environment["GATEWAY_TENANT"] = gateway.Tenant;

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
