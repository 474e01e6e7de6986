using Gateway.Core.Admission;

namespace Gateway.Funds;

/// <summary>Money that one request holds. It ends exactly once: by the request's ledger row, or, where none came, by being given back.</summary>
internal sealed class Hold : IAsyncDisposable
{
    public static readonly Hold None = new();

    private readonly IHolds? _holds;
    private readonly HeldFunds _held;
    private int _ended;

    public Hold(IHolds holds, HeldFunds held, BudgetWarning? warning) => (_holds, _held, Warning) = (holds, held, warning);

    private Hold()
    {
    }

    /// <summary>The account that is nearest to its end, where one is near.</summary>
    public BudgetWarning? Warning { get; }

    /// <summary>Ends it. Only the first call of any thread counts.</summary>
    /// <param name="end">How.</param>
    public ValueTask EndAsync(HoldEnd end) =>
        _holds is null || Interlocked.Exchange(ref _ended, 1) != 0 ? ValueTask.CompletedTask : _holds.EndAsync(_held, end);

    public ValueTask DisposeAsync() => EndAsync(HoldEnd.GivenBack);
}
