using System.Diagnostics;
using System.Globalization;
using Gateway.Benchmarks.Servers;

namespace Gateway.Benchmarks.Driving;

/// <summary>Drives with wrk, in a process of its own that costs little CPU.</summary>
internal sealed class WrkDriver(string program, Workspace workspace) : ILoadDriver
{
    private const string Marker = "drive-result";

    public static WrkDriver? Find(Workspace workspace) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, "wrk")).FirstOrDefault(File.Exists) is { } program
            ? new WrkDriver(program, workspace)
            : null;

    public async Task<DriveResult> DriveAsync(Uri url, DriveRequest request, int connections, TimeSpan duration, CancellationToken ct)
    {
        var script = workspace.File("drive.lua");
        await File.WriteAllTextAsync(script, Script(request), ct);
        var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardOutput = true, WorkingDirectory = workspace.Root };
        foreach (var argument in new[] { "-t1", $"-c{connections}", $"-d{(int)duration.TotalSeconds}s", "--timeout", "30s", "-s", script, new Uri(url, "v1/chat/completions").AbsoluteUri })
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!; // Null only with the shell's help in starting.
        try
        {
            var output = await process.StandardOutput.ReadToEndAsync(ct);
            await process.WaitForExitAsync(ct);
            return Read(output);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    private static string Script(DriveRequest request) =>
        $$"""
        wrk.method = "POST"
        wrk.headers["Content-Type"] = "application/json"
        {{(request.BearerKey is { } key ? $"wrk.headers[\"Authorization\"] = \"Bearer {key}\"" : "")}}
        wrk.body = [==[{{request.Body}}]==]
        {{(request.HasIdempotencyKey ? KeyedRequest : "")}}
        done = function(summary, latency, requests)
          local e = summary.errors
          io.write(string.format("{{Marker}} %d %d %d %d %d\n", summary.requests,
            e.connect + e.read + e.write + e.status + e.timeout, summary.duration, latency:percentile(50), latency:percentile(99)))
        end
        """;

    private static string KeyedRequest =>
        $"""
        local sent = 0
        request = function()
          sent = sent + 1
          wrk.headers["Idempotency-Key"] = "{Guid.NewGuid():N}-" .. sent
          return wrk.format()
        end
        """;

    private static DriveResult Read(string output)
    {
        var line = output.Split('\n').FirstOrDefault(line => line.StartsWith(Marker, StringComparison.Ordinal))
            ?? throw new CannotMeasureException($"wrk reported nothing that can be read:\n{output}");
        var fields = line.Split(' ').Skip(1).Select(field => long.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        return new DriveResult(fields[0], fields[1], Microseconds(fields[2]), Microseconds(fields[3]), Microseconds(fields[4]));
    }

    private static TimeSpan Microseconds(long microseconds) => TimeSpan.FromTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
