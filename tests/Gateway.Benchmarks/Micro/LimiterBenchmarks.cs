using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using Gateway.Core.Admission;
using Gateway.Core.Callers;
using Gateway.Limits;

namespace Gateway.Benchmarks.Micro;

/// <summary>Reserving and settling against the four buckets of a key and its tenant, and with requests at once limited as well.</summary>
public class LimiterBenchmarks : IDisposable
{
    private readonly InMemoryLimiter _limiter = new(TimeProvider.System);
    private readonly ImmutableArray<LimitScope> _rates = Samples.Plan().Always;
    private readonly ImmutableArray<LimitScope> _all = [.. Samples.Plan().Always.Select(static scope => scope with { ConcurrentRequests = 50 })];

    [Benchmark]
    public Task ReserveAndSettle() => RunAsync(_rates);

    [Benchmark]
    public Task ReserveAndSettleWithLeases() => RunAsync(_all);

    public void Dispose()
    {
        _limiter.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task RunAsync(ImmutableArray<LimitScope> scopes)
    {
        var outcome = await _limiter.ReserveAsync(new ReservationTerms("req_1", new TenantId("ten_1"), scopes, 900), CancellationToken.None);
        if (outcome.TryGet(out var reservation))
        {
            await reservation.SettleAsync(850, CancellationToken.None);
        }
    }
}
