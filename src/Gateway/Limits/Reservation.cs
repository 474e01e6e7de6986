using Gateway.Core.Admission;

namespace Gateway.Limits;

/// <summary>
/// One admitted request's charge and leases. It ends exactly once: corrected by <see cref="SettleAsync"/>, or, where that never came,
/// given back by <see cref="DisposeAsync"/>; with it the leases go. The request itself stays counted either way: unsuccessful requests count too.
/// </summary>
internal sealed class Reservation : IAsyncDisposable
{
    public static readonly Reservation Unlimited = new();

    private readonly IReservationSettler? _settler;
    private readonly ReservationTerms _terms;
    private int _ended;

    public Reservation(IReservationSettler settler, ReservationTerms terms, LimitLevels levels)
    {
        _settler = settler;
        _terms = terms;
        Levels = levels;
    }

    private Reservation()
    {
    }

    /// <summary>How the limits stood after the charge.</summary>
    public LimitLevels Levels { get; }

    /// <summary>
    /// Corrects the charge to <paramref name="tokensUsed"/>: what was too much goes back, what was too little is taken at once and may
    /// leave a bucket below zero. Only the first call of any thread counts.
    /// </summary>
    public ValueTask SettleAsync(long tokensUsed, CancellationToken ct) =>
        _settler is null || Interlocked.Exchange(ref _ended, 1) != 0
            ? ValueTask.CompletedTask
            : _settler.SettleAsync(_terms, tokensUsed, ct);

    public ValueTask DisposeAsync() => SettleAsync(0, CancellationToken.None);
}
