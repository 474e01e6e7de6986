using System.Diagnostics.CodeAnalysis;
using Gateway.Core.Admission;
using Gateway.Core.Errors;

namespace Gateway.Limits;

/// <summary>Admitted, refused by a limit, or (neither; the default value) the limits cannot be checked. A struct, so that admission allocates the reservation alone.</summary>
internal readonly struct ReserveOutcome
{
    /// <summary>For a caller that nothing binds.</summary>
    public static readonly ReserveOutcome Unlimited = new(Reservation.Unlimited);

    public static readonly ReserveOutcome Unavailable;

    private readonly Reservation? _reservation;

    private ReserveOutcome(Reservation? reservation = null, LimitRefusal? refusal = null)
    {
        _reservation = reservation;
        Refusal = refusal;
    }

    /// <summary>The limit that refused, or null.</summary>
    public LimitRefusal? Refusal { get; }

    public bool IsUnavailable => _reservation is null && Refusal is null;

    public static implicit operator ReserveOutcome(Reservation reservation) => new(reservation);

    public static implicit operator ReserveOutcome(LimitRefusal refusal) => new(refusal: refusal);

    public bool TryGet([NotNullWhen(true)] out Reservation? reservation)
    {
        reservation = _reservation;
        return reservation is not null;
    }

    /// <summary>What the client is told where there is no reservation.</summary>
    public GatewayError ToError(string model) => Refusal?.ToError(model) ?? GatewayError.LimiterUnavailable();
}
