using System.Collections.Immutable;

namespace Gateway.Core.Pricing;

/// <summary>The effective-dated prices of one model: the newest that has begun applies.</summary>
public sealed class PriceBook
{
    public static readonly PriceBook Empty = new([]);

    private readonly ImmutableArray<ModelPrice> _newestFirst;

    public PriceBook(IEnumerable<ModelPrice> prices) =>
        _newestFirst = [.. prices.OrderByDescending(price => price.From)];

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
}
