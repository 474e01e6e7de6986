using System.Collections.Immutable;

namespace Gateway.Core.Pricing;

/// <summary>The effective-dated prices of one model: the newest that has begun applies.</summary>
public sealed class PriceBook
{
    public static readonly PriceBook Empty = new([]);

    private readonly ImmutableArray<ModelPrice> _newestFirst;

    public PriceBook(IEnumerable<ModelPrice> prices) =>
        _newestFirst = [.. prices.OrderByDescending(price => price.From)];

    /// <summary>Whether one of the prices has begun, or there are none at all.</summary>
    public bool HasBegun(DateTimeOffset instant) => _newestFirst.IsEmpty || _newestFirst[^1].From <= instant;

    /// <summary>The price at an instant; <see cref="ModelPrice.Free"/> before the first begins.</summary>
    public ModelPrice At(DateTimeOffset instant)
    {
        foreach (var price in _newestFirst)
        {
            if (price.From <= instant)
            {
                return price;
            }
        }

        return ModelPrice.Free;
    }

    /// <summary>The price at an instant, or where none has begun the first to come: what an announced model shows.</summary>
    public ModelPrice Announced(DateTimeOffset instant) =>
        !_newestFirst.IsEmpty && _newestFirst[^1].From > instant ? _newestFirst[^1] : At(instant);
}
