using System.Diagnostics.Metrics;
using System.Runtime.InteropServices;
using Gateway.Core.Pricing;

namespace Gateway.Telemetry;

/// <summary>
/// Sums by tenant, for the few that send most: (1) the first <see cref="MostNamed"/> tenants are named as they come; (2) who is not named counts
/// as <see cref="Other"/>, and is watched; (3) one that has clearly more recent requests than the least of the named takes its place, whose
/// sums go over to <see cref="Other"/>. So no request is counted twice or lost, no sum of <see cref="Other"/> ever falls, and a name stays
/// as long as nobody has a better claim. Recent requests are halved every <see cref="HalfLife"/>.
/// </summary>
internal sealed class TenantTraffic(TimeProvider time)
{
    /// <summary>Tenants with a name of their own.</summary>
    public const int MostNamed = 50;

    /// <summary>Stands for tenants that have none, and for models beyond <see cref="MostCosts"/>.</summary>
    public const string Other = "other";

    /// <summary>Pairs of tenant and model that cost is kept for.</summary>
    public const int MostCosts = 1500;

    /// <summary>Tenants without a name that are watched at once.</summary>
    public const int MostWatched = 16_384;

    public static readonly TimeSpan HalfLife = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _named = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _watched = new(StringComparer.Ordinal);
    private readonly TenantSums _other = new();
    private readonly TenantSums _nobody = new();
    private bool _hasOther;
    private int _costs;
    private long _halvedAt = time.GetTimestamp();

    // Recent requests that no newcomer takes a place with; the true bar may be higher by now, never lower.
    private long _bar;

    /// <summary>Takes note of one request.</summary>
    /// <param name="tenant">Null where nobody was let in.</param>
    /// <param name="outcome">One of a few words.</param>
    /// <param name="status">The HTTP status of the answer.</param>
    /// <param name="model">The model's id in the catalog, where there is a bill.</param>
    /// <param name="billed">What it used and costs, or null.</param>
    public void Add(string? tenant, string outcome, int status, string? model, BilledUse? billed)
    {
        lock (_gate)
        {
            var sums = tenant is null ? _nobody : Find(tenant);
            sums.AddRequest(outcome, status, 1);
            if (billed is not { } use)
            {
                return;
            }

            sums.InputTokens += use.PromptTokens;
            sums.OutputTokens += use.CompletionTokens;
            if (model is not null && use.Amount.NanoUsd != 0)
            {
                var known = sums.Cost.Count;
                sums.AddCost(_costs < MostCosts || sums.Cost.ContainsKey(model) ? model : Other, use.Amount.NanoUsd);
                _costs += sums.Cost.Count - known;
            }
        }
    }

    public IEnumerable<Measurement<long>> Requests() => Read(static (tenant, sums, into) =>
    {
        foreach (var ((outcome, status), count) in sums.Requests)
        {
            into.Add(Measure(count, tenant, new(MetricTags.Outcome, outcome), new(MetricTags.Status, status)));
        }
    });

    public IEnumerable<Measurement<long>> Tokens() => Read(static (tenant, sums, into) =>
    {
        if (sums.InputTokens + sums.OutputTokens > 0)
        {
            into.Add(Measure(sums.InputTokens, tenant, new KeyValuePair<string, object?>(MetricTags.TokenType, "input")));
            into.Add(Measure(sums.OutputTokens, tenant, new KeyValuePair<string, object?>(MetricTags.TokenType, "output")));
        }
    });

    /// <summary>In US dollars. Floating-point numbers are for charts; bills are the ledger's.</summary>
    public IEnumerable<Measurement<double>> Costs() => Read<double>(static (tenant, sums, into) =>
    {
        foreach (var (model, nanoUsd) in sums.Cost)
        {
            into.Add(Measure((double)nanoUsd / Money.NanoPerUsd, tenant, new KeyValuePair<string, object?>(MetricTags.Model, model)));
        }
    });

    private static Measurement<T> Measure<T>(T value, string? tenant, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
        where T : struct =>
        tenant is null ? new Measurement<T>(value, tags) : new Measurement<T>(value, [new(MetricTags.Tenant, tenant), .. tags]);

    private static long Bar(long least) => least + Math.Max(2, least / 8);

    private List<Measurement<long>> Read(Action<string?, TenantSums, List<Measurement<long>>> read) => Read<long>(read);

    private List<Measurement<T>> Read<T>(Action<string?, TenantSums, List<Measurement<T>>> read)
        where T : struct
    {
        var measurements = new List<Measurement<T>>();
        lock (_gate)
        {
            read(null, _nobody, measurements);
            foreach (var (tenant, entry) in _named)
            {
                read(tenant, entry.Sums, measurements);
            }

            if (_hasOther)
            {
                read(Other, _other, measurements);
            }
        }

        return measurements;
    }

    private TenantSums Find(string tenant)
    {
        if (time.GetElapsedTime(_halvedAt) >= HalfLife)
        {
            Halve();
        }

        if (_named.TryGetValue(tenant, out var entry))
        {
            entry.Recent++;
            return entry.Sums;
        }

        if (_named.Count < MostNamed)
        {
            return Name(tenant, recent: 1);
        }

        while (_watched.Count >= MostWatched && !_watched.ContainsKey(tenant))
        {
            HalveWatched();
        }

        ref var recent = ref CollectionsMarshal.GetValueRefOrAddDefault(_watched, tenant, out _);
        recent++;
        if (recent > _bar && recent > RaiseBar(out var least))
        {
            var claim = recent;
            _watched.Remove(tenant);
            _watched[least] = _named[least].Recent;
            Unname(least);
            return Name(tenant, claim);
        }

        _hasOther = true;
        return _other;
    }

    private TenantSums Name(string tenant, long recent)
    {
        var entry = new Entry { Recent = recent };
        _named.Add(tenant, entry);
        return entry.Sums;
    }

    private void Unname(string tenant)
    {
        _named.Remove(tenant, out var entry);
        var before = _other.Cost.Count;
        _other.Take(entry!.Sums);
        _costs += _other.Cost.Count - before - entry.Sums.Cost.Count;
        _hasOther = true;
    }

    private long RaiseBar(out string least)
    {
        (least, var recent) = (string.Empty, long.MaxValue);
        foreach (var (tenant, entry) in _named)
        {
            if (entry.Recent < recent)
            {
                (least, recent) = (tenant, entry.Recent);
            }
        }

        return _bar = Bar(recent);
    }

    private void Halve()
    {
        _halvedAt = time.GetTimestamp();
        foreach (var entry in _named.Values)
        {
            entry.Recent /= 2;
        }

        HalveWatched();
        _bar = 0;
    }

    private void HalveWatched()
    {
        foreach (var (tenant, recent) in _watched)
        {
            if (recent < 2)
            {
                _watched.Remove(tenant); // The one change that a dictionary allows while it is read.
            }
            else
            {
                CollectionsMarshal.GetValueRefOrNullRef(_watched, tenant) = recent / 2;
            }
        }
    }

    private sealed class Entry
    {
        public long Recent { get; set; }

        public TenantSums Sums { get; } = new();
    }
}
