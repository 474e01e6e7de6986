using Gateway.Core.Admission;

namespace Gateway.Limits;

/// <summary>The side of a limiter that a <see cref="Reservation"/> hands its correction to, once.</summary>
internal interface IReservationSettler
{
    /// <summary>Replaces the tokens charged under these terms by those used, and gives the leases back. Does not throw where the limits' store is out of reach.</summary>
    ValueTask SettleAsync(ReservationTerms terms, long tokensUsed, CancellationToken ct);
}
