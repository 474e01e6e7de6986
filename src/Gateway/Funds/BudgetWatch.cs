using System.Collections.Concurrent;
using Gateway.Core.Admission;
using Gateway.Telemetry;

namespace Gateway.Funds;

/// <summary>Tells of accounts that come near their end before requests are refused for it: once when 80 % is used, and once at 95 %, of each account on each node.</summary>
internal sealed partial class BudgetWatch(GatewayMetrics metrics, ILogger<BudgetWatch> logger)
{
    private const int Near = 80;
    private const int VeryNear = 95;
    private const int MostRemembered = 100_000;

    private readonly ConcurrentDictionary<FundsAccount, int> _told = new();

    /// <param name="bound">The account.</param>
    /// <param name="state">With what was just held.</param>
    /// <returns>The warning for this request's answer, where there is one.</returns>
    public BudgetWarning? Observe(in FundsBound bound, in FundsState state)
    {
        var limit = bound.LimitOf(state).NanoUsd;
        var used = (Int128)state.Spent.NanoUsd + state.Held.NanoUsd;
        var percent = limit <= 0 ? 100 : (int)Int128.Clamp(used * 100 / limit, 0, 100);
        var threshold = percent >= VeryNear ? VeryNear : percent >= Near ? Near : 0;
        if (threshold == 0)
        {
            if (!_told.IsEmpty)
            {
                // Credit came, or the budget grew: the next time is news again.
                _told.TryRemove(bound.Account, out _);
            }

            return null;
        }

        if (!_told.TryGetValue(bound.Account, out var told) || told < threshold)
        {
            Tell(bound, threshold, limit, used);
        }

        return new BudgetWarning(bound.Kind, percent);
    }

    /// <summary>The warning of the two that is nearer to its end; the first where they are alike.</summary>
    public static BudgetWarning? Nearer(BudgetWarning? first, BudgetWarning? second) =>
        second?.Percent > (first?.Percent ?? 0) ? second : first;

    private void Tell(in FundsBound bound, int threshold, long limit, Int128 used)
    {
        if (_told.Count >= MostRemembered)
        {
            _told.Clear();
        }

        _told[bound.Account] = threshold;
        metrics.BudgetNear(BudgetWarning.Name(bound.Kind), threshold);
        Log.Near(logger, BudgetWarning.Name(bound.Kind), bound.Account.Subject, threshold, (long)Int128.Min(used, long.MaxValue), limit);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Account} of {Subject} is used up to {Percent} %: {UsedNanoUsd} of {LimitNanoUsd} nano-dollars")]
        public static partial void Near(ILogger logger, string account, string subject, int percent, long usedNanoUsd, long limitNanoUsd);
    }
}
