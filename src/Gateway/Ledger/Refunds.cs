using Gateway.Core.Errors;
using Gateway.Core.Pricing;

namespace Gateway.Ledger;

/// <summary>
/// Gives a request's money back, whole or in part, by rows of its own: nothing is changed that was written. Several at once cannot give back more
/// than there was, since each is numbered and no number is used twice.
/// </summary>
internal sealed class Refunds(LedgerStore ledger, LedgerWriter writer, TimeProvider time)
{
    private const int Tries = 8;

    /// <param name="requestId">Of the row whose money goes back.</param>
    /// <param name="amount">More than nothing; null for all that is left of it.</param>
    /// <param name="note">Why, or null.</param>
    /// <param name="cancellationToken">The caller's patience, until the row is on its way.</param>
    /// <exception cref="LedgerUnavailableException">The row could not be written.</exception>
    public async Task<Outcome<LedgerEntry>> RefundAsync(string requestId, Money? amount, string? note, CancellationToken cancellationToken)
    {
        if (await ledger.FindAsync(requestId, cancellationToken) is not { Reverses: null } original)
        {
            return GatewayError.NotFound("ledger row", requestId);
        }

        for (var i = 0; ; i++)
        {
            var earlier = await ledger.ListReversalsAsync(requestId, cancellationToken);
            var left = earlier.Aggregate(original.Amount, (sum, row) => sum + row.Amount);
            var back = amount ?? left;
            if (back > left || back <= Money.Zero)
            {
                return GatewayError.InvalidValue("amount", $"of this request's {original.Amount} US dollars {left} can still be given back.");
            }

            try
            {
                var row = Reverse(original, back, earlier.Count + 1, note);
                await writer.CommitAsync(row, cancellationToken);
                return row;
            }
            catch (LedgerUnavailableException) when (i < Tries && !writer.IsDown)
            {
                // Another took the number in between.
            }
        }
    }

    private LedgerEntry Reverse(LedgerEntry original, Money back, long number, string? note)
    {
        var now = time.GetUtcNow();
        return new LedgerEntry
        {
            RequestId = $"req_{Guid.CreateVersion7(now)}",
            At = now,
            TenantId = original.TenantId,
            KeyId = original.KeyId,
            Endpoint = original.Endpoint,
            Model = original.Model,
            Provider = original.Provider,
            UpstreamModel = original.UpstreamModel,
            Stream = original.Stream,
            Status = original.Status,
            Outcome = original.Outcome,
            UsageSource = original.UsageSource,
            Price = original.Price,
            Amount = new Money(-back.NanoUsd),
            ListAmount = new Money(-Share(original.ListAmount, back, original.Amount)),
            Prepaid = original.Prepaid,
            Reverses = original.RequestId,
            Reversal = number,
            Note = note,
        };
    }

    /// <summary>The same part of the list amount, rounded down.</summary>
    private static long Share(Money list, Money back, Money whole) => (long)Int128.Min((Int128)list.NanoUsd * back.NanoUsd / whole.NanoUsd, long.MaxValue);
}
