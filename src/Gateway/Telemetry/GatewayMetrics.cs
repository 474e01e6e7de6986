using System.Diagnostics.Metrics;
using Gateway.Telemetry.Points;

namespace Gateway.Telemetry;

/// <summary>The gateway's own instruments, by event; those of a request's end in the other half. See docs/metrics.md.</summary>
internal sealed partial class GatewayMetrics
{
    public const string MeterName = "Gateway";

    /// <summary>Where a row became durable, a value of the tag <c>gateway.ledger.destination</c>.</summary>
    public const string LedgerDatabase = "database";

    /// <inheritdoc cref="LedgerDatabase"/>
    public const string LedgerSpool = "spool";

    /// <summary>What became of a change of the catalog's file.</summary>
    public const string CatalogTaken = "taken";

    /// <inheritdoc cref="CatalogTaken"/>
    public const string CatalogRefused = "refused";

    /// <inheritdoc cref="CatalogTaken"/>
    public const string CatalogUnreadable = "unreadable";

    private static readonly double[] CommitBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    private readonly Meter _meter;
    private readonly Counter<long> _budgetWarnings;
    private readonly Histogram<double> _ledgerCommitDuration;
    private readonly Counter<long> _ledgerReplayedRows;
    private readonly Counter<long> _ledgerRefusedRows;
    private readonly Counter<long> _catalogReloads;

    /// <param name="meters">Owns the meter, and disposes of it.</param>
    /// <param name="time">Tells which traffic is recent.</param>
    public GatewayMetrics(IMeterFactory meters, TimeProvider time)
    {
        _meter = meters.Create(MeterName);
        Kept = new KeptInstruments(_meter);
        _http = new HttpInstruments(_meter, Kept);
        _requests = new RequestInstruments(_meter, Kept);
        _tenants = new TenantTraffic(time);
        _budgetWarnings = _meter.CreateCounter<long>(
            "gateway.budget.warnings",
            unit: "{account}",
            description: "Budgets and prepaid balances that came near their end.");
        _ledgerCommitDuration = _meter.CreateHistogram<double>(
            "gateway.ledger.commit.duration",
            unit: "s",
            description: "From the moment a ledger row is queued until it is durable.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = CommitBuckets });
        _ledgerReplayedRows = _meter.CreateCounter<long>(
            "gateway.ledger.replayed_rows", unit: "{row}", description: "Ledger rows that came into the database from the spool.");
        _ledgerRefusedRows = _meter.CreateCounter<long>(
            "gateway.ledger.refused_rows", unit: "{row}", description: "Ledger rows that were refused for themselves, not for an outage.");
        _catalogReloads = _meter.CreateCounter<long>(
            "gateway.catalog.reloads", unit: "{reload}", description: "Changes of the catalog's file, by whether they were taken.");
    }

    /// <summary>Those that requests are told to.</summary>
    public KeptInstruments Kept { get; }

    /// <summary>Whether anybody listens to <see cref="LedgerCommitted"/>.</summary>
    public bool WantsLedgerCommitted => _ledgerCommitDuration.Enabled;

    /// <summary>Only where limits are shared through Redis; to be called once.</summary>
    public void ObserveRedisOutage(Func<bool> isDown) => _meter.CreateObservableGauge(
        "gateway.limits.redis_outage",
        () => isDown() ? 1 : 0,
        unit: "{outage}",
        description: "1 while limits are not shared because Redis does not answer, else 0.");

    /// <summary>To be called once.</summary>
    /// <param name="rows">Rows in the spool, 0 or more.</param>
    /// <param name="bytes">Bytes of its segments, 0 or more.</param>
    public void ObserveSpool(Func<long> rows, Func<long> bytes)
    {
        _meter.CreateObservableGauge("gateway.ledger.spooled_rows", rows, unit: "{row}", description: "Ledger rows that are on this node's disk and not in the database yet.");
        _meter.CreateObservableGauge("gateway.ledger.spooled_bytes", bytes, unit: "By", description: "What those rows take of Gateway:Ledger:MaxSpoolBytes.");
    }

    /// <summary>To be called once.</summary>
    /// <param name="board">The health of the catalog's deployments.</param>
    public void ObserveDeployments(DeploymentBoard board)
    {
        _meter.CreateObservableGauge(
            "gateway.deployment.state",
            () => board.Read().Select(health => Tagged((int)health.State, health)),
            unit: "{state}",
            description: "0 in use, 1 left alone for a while, 2 being probed, 3 left alone by its circuit breaker.");
        _meter.CreateObservableGauge(
            "gateway.deployment.in_flight", () => board.Read().Select(health => Tagged(health.InFlight, health)), unit: "{request}", description: "Requests that a deployment is serving.");
        _meter.CreateObservableGauge(
            "gateway.deployment.error_rate",
            () => board.Read().Select(health => Tagged(health.ErrorRate, health)),
            unit: "1",
            description: "The share of failed attempts in the last minute.");
        _meter.CreateObservableGauge(
            "gateway.deployment.first_byte",
            () => board.Read().Where(health => health.FirstByteMs is not null).Select(health => Tagged(health.FirstByteMs!.Value / 1000, health)),
            unit: "s",
            description: "Moving average of the time to the first byte of an answer.");

        static Measurement<T> Tagged<T>(T value, DeploymentHealth health)
            where T : struct => new(value, new(MetricTags.Provider, health.Provider), new(MetricTags.UpstreamModel, health.Model));
    }

    /// <param name="result"><see cref="CatalogTaken"/> or one of the other two.</param>
    public void CatalogChanged(string result) => _catalogReloads.Add(1, new KeyValuePair<string, object?>("gateway.catalog.result", result));

    /// <summary>To be called once.</summary>
    /// <param name="dropped">Log lines that were dropped so far.</param>
    public void ObserveLog(Func<long> dropped) => _meter.CreateObservableCounter(
        "gateway.log.dropped", dropped, unit: "{line}", description: "Log lines that were dropped because the console is slower than they come.");

    /// <summary>To be called once.</summary>
    /// <param name="bytes">Bytes of request bodies held just now, 0 or more.</param>
    public void ObserveBodies(Func<long> bytes) => _meter.CreateObservableGauge(
        "gateway.request.buffered_bytes", bytes, unit: "By", description: "What the bodies of running requests take of Gateway:MaxBufferedBytes.");

    /// <summary>
    /// Gives counters of rare events their series before the first: an increase from nothing to one shows in no rate. To be called once somebody listens.
    /// </summary>
    public void BeginAtZero()
    {
        _requests.BeginAtZero();
        _ledgerReplayedRows.Add(0);
        _ledgerRefusedRows.Add(0);
        foreach (var result in (ReadOnlySpan<string>)[CatalogTaken, CatalogRefused, CatalogUnreadable])
        {
            _catalogReloads.Add(0, new KeyValuePair<string, object?>("gateway.catalog.result", result));
        }
    }

    /// <param name="destination"><see cref="LedgerDatabase"/> or <see cref="LedgerSpool"/>.</param>
    /// <param name="duration">From queueing to durability.</param>
    public void LedgerCommitted(string destination, TimeSpan duration) =>
        _ledgerCommitDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("gateway.ledger.destination", destination));

    /// <param name="rows">0 or more.</param>
    public void LedgerRowsReplayed(long rows) => _ledgerReplayedRows.Add(rows);

    /// <param name="rows">0 or more.</param>
    public void LedgerRowsRefused(long rows) => _ledgerRefusedRows.Add(rows);

    /// <param name="account">What kind of account it is.</param>
    /// <param name="percent">The threshold that was passed.</param>
    public void BudgetNear(string account, int percent) => _budgetWarnings.Add(1, new("gateway.account", account), new("gateway.budget.percent", percent));
}
