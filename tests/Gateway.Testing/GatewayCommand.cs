using System.Diagnostics;
using System.Text;
using Gateway.Testing.Redaction;

namespace Gateway.Testing;

/// <summary>The built program, run to its end as from a shell.</summary>
public static class GatewayCommand
{
    /// <param name="folder">The working directory.</param>
    /// <param name="environment">Settings; those of this process are left out.</param>
    /// <param name="ct">The test's.</param>
    /// <param name="arguments">As typed.</param>
    public static async Task<(int Code, string Output, string Errors)> RunAsync(
        string folder, IReadOnlyDictionary<string, string> environment, CancellationToken ct, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Repository.BuiltAssembly("Gateway"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        foreach (var name in start.Environment.Keys.Where(IsSetting).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!; // Started anew, as no shell takes part.
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(ct), process.StandardError.ReadToEndAsync(ct));
        await process.WaitForExitAsync(ct);
        RunEvidence.Current?.ErrorOf(null, Encoding.UTF8.GetBytes(await errors));
        return (process.ExitCode, await output, await errors);
    }

    private static bool IsSetting(string name) =>
        name.StartsWith("Gateway__", StringComparison.OrdinalIgnoreCase) || name.StartsWith("ConnectionStrings__", StringComparison.OrdinalIgnoreCase);
}
