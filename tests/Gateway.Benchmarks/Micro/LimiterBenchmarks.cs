using BenchmarkDotNet.Attributes;
using Gateway.Core.Admission;
using Gateway.Core.Callers;
using Gateway.Limits;

namespace Gateway.Benchmarks.Micro;

/// <summary>Reserving and settling against the four buckets of a key and its tenant.</summary>
public class LimiterBenchmarks : IDisposable
{
    private readonly InMemoryLimiter _limiter = new(TimeProvider.System);
    private readonly LimitPlan _plan = Samples.Plan();

    [Benchmark]
    public async Task ReserveAndSettle()
    {
        var outcome = await _limiter.ReserveAsync(new ReservationTerms("req_1", new TenantId("ten_1"), _plan.Always, 900), CancellationToken.None);
        if (outcome.TryGet(out var reservation))
        {
            await reservation.SettleAsync(850, CancellationToken.None);
        }
    }

    public void Dispose()
    {
        _limiter.Dispose();
        GC.SuppressFinalize(this);
    }
}
