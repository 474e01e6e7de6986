using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Gateway.Telemetry;

/// <summary>
/// Whether this node should be sent requests. Looked at once a second at most, by one at a time and within a bound, however many ask.
/// </summary>
internal sealed class Readiness(HealthCheckService checks, TimeProvider time)
{
    /// <summary>Marks the checks that count.</summary>
    public const string Tag = "ready";

    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private Task<HealthReport?>? _report;
    private long _askedAt;
    private volatile bool _isLeaving;

    /// <summary>Whether the node is being stopped: it is not ready then, whatever the checks say.</summary>
    public bool IsLeaving => _isLeaving;

    public void Leave() => _isLeaving = true;

    /// <summary>What the checks said last, at most a second ago or just now; null where they did not end in time.</summary>
    public Task<HealthReport?> ReadAsync()
    {
        lock (_gate)
        {
            if (_report is null || (_report.IsCompleted && time.GetElapsedTime(_askedAt) >= FreshFor))
            {
                _askedAt = time.GetTimestamp();
                _report = CheckAsync();
            }

            return _report;
        }
    }

    private async Task<HealthReport?> CheckAsync()
    {
        // Nobody's request: it may leave, and others wait for the same answer.
        using var timeout = new CancellationTokenSource(Longest, time);
        try
        {
            return await checks.CheckHealthAsync(static check => check.Tags.Contains(Tag), timeout.Token).WaitAsync(timeout.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return null;
        }
    }
}
