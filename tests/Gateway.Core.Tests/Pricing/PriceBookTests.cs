using Gateway.Core.Pricing;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Pricing;

public sealed class PriceBookTests
{
    private static readonly ModelPrice January = Price(2025, 1);
    private static readonly ModelPrice March = Price(2025, 3);
    private static readonly ModelPrice May = Price(2025, 5);

    // As a file may have them: in no order.
    private static readonly PriceBook Book = new([March, May, January]);

    [Fact]
    public void Newest_price_that_has_begun_applies()
    {
        Book.At(January.From).ShouldBeSameAs(January);
        Book.At(March.From.AddTicks(-1)).ShouldBeSameAs(January);
        Book.At(March.From).ShouldBeSameAs(March);
        Book.At(May.From.AddYears(10)).ShouldBeSameAs(May);
    }

    [Fact]
    public void Instants_are_compared_whatever_their_offset() =>
        Book.At(new DateTimeOffset(2025, 3, 1, 1, 0, 0, TimeSpan.FromHours(2))).ShouldBeSameAs(January);

    [Fact]
    public void Nothing_is_charged_before_the_first_price_begins()
    {
        Book.At(January.From.AddTicks(-1)).ShouldBeSameAs(ModelPrice.Free);
        PriceBook.Empty.At(May.From).ShouldBeSameAs(ModelPrice.Free);
    }

    [Fact]
    public void Announced_price_is_the_first_to_come_until_one_has_begun()
    {
        Book.Announced(January.From.AddYears(-1)).ShouldBeSameAs(January);
        Book.Announced(January.From).ShouldBeSameAs(January);
        Book.Announced(March.From).ShouldBeSameAs(March);
        PriceBook.Empty.Announced(March.From).ShouldBeSameAs(ModelPrice.Free);
    }

    private static ModelPrice Price(int year, int month) =>
        ModelPrice.Create(new DateTimeOffset(year, month, 1, 0, 0, 0, TimeSpan.Zero), new Rates { Input = new Money(month) }, null);
}
