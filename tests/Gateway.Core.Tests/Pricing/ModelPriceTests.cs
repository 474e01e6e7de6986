using Gateway.Core.Pricing;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Pricing;

public sealed class ModelPriceTests
{
    private static readonly Rates All = new()
    {
        PerRequest = new Money(1_000_000_000),
        Input = new Money(2_000_000_000),
        CachedInput = new Money(3_000_000_000),
        CacheWrite = new Money(4_000_000_000),
        Output = new Money(5_000_000_000),
        Reasoning = new Money(6_000_000_000),
        AudioInput = new Money(7_000_000_000),
        AudioOutput = new Money(8_000_000_000),
        ImageInput = new Money(9_000_000_000),
        ImageOutput = new Money(10_000_000_000),
        PerImage = new Money(11_000_000_000),
        PerSecond = new Money(12_000_000_000),
        PerCharacter = new Money(13_000_000_000),
    };

    [Fact]
    public void Text_has_every_rate_in_a_fixed_order() =>
        ModelPrice.Create(new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero), All, null).Json.ShouldBe(
            """{"from":"2025-01-01","per_request":"1","input":"2","cached_input":"3","cache_write":"4","output":"5","reasoning":"6","audio_input":"7","audio_output":"8","image_input":"9","image_output":"10","per_image":"11","per_second":"12","per_character":"13"}""");

    [Fact]
    public void Text_tells_a_time_in_utc_and_the_list_as_it_was_stated()
    {
        var price = ModelPrice.Create(
            new DateTimeOffset(2025, 1, 1, 1, 30, 0, TimeSpan.FromHours(1)),
            new Rates { Input = new Money(1), PerRequest = Money.Zero },
            new Rates { PerRequest = new Money(50_000_000) });

        price.Json.ShouldBe("""{"from":"2025-01-01T00:30:00Z","per_request":"0","input":"0.000000001","list":{"per_request":"0.05"}}""");
        price.From.Offset.ShouldBe(TimeSpan.Zero);
        price.List.ShouldBe(new Rates { Input = new Money(1), PerRequest = new Money(50_000_000) });
    }

    [Fact]
    public void List_is_what_is_charged_where_none_is_stated()
    {
        var price = ModelPrice.Create(DateTimeOffset.UnixEpoch, All, null);

        price.List.ShouldBe(price.Rates);
    }

    [Fact]
    public void Absent_rates_come_from_the_other_and_present_ones_stay()
    {
        Rates.None.Or(All).ShouldBe(All);
        All.Or(new Rates { Input = new Money(99) }).ShouldBe(All);
        new Rates { Input = new Money(99) }.Or(All).ShouldBe(All with { Input = new Money(99) });
    }

    [Fact]
    public void Every_rate_is_given_by_name() =>
        All.Given().Select(rate => rate.Value.NanoUsd / 1_000_000_000).ShouldBe(Enumerable.Range(1, typeof(Rates).GetProperties().Length).Select(number => (long)number));

    [Fact]
    public void Every_price_is_read_back_from_its_text()
    {
        var random = new Random(20260131);
        for (var i = 0; i < 5000; i++)
        {
            var price = ModelPrice.Create(
                DateTimeOffset.UnixEpoch.AddDays(random.Next(40_000)).AddSeconds(random.Next(2) * random.Next(86_400)),
                AnyRates(random),
                random.Next(2) == 0 ? null : AnyRates(random));

            ModelPrice.TryParse(price.Json, out var read).ShouldBeTrue(price.Json);
            read.ShouldBe(price);
        }
    }

    [Fact]
    public void Free_price_is_read_back_as_itself()
    {
        ModelPrice.TryParse("{}", out var read).ShouldBeTrue();
        read.ShouldBeSameAs(ModelPrice.Free);
        ModelPrice.TryParse(ModelPrice.Create(DateTimeOffset.MinValue, Rates.None, Rates.None).Json, out _).ShouldBeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{ }")]
    [InlineData("""{"input":"1"}""")]
    [InlineData("""{"from":"2025-01-01"}x""")]
    [InlineData("""{"from":"2025-01-01"} """)]
    [InlineData("""{"from":"2025-01-01","input":"1",}""")]
    [InlineData("""{"from":"2025-01-01","input":"2.50"}""")]
    [InlineData("""{"from":"2025-01-01","input":"02"}""")]
    [InlineData("""{"from":"2025-01-01","input":2}""")]
    [InlineData("""{"from":"2025-01-01","input":null}""")]
    [InlineData("""{"from":"2025-01-01","input":"1e3"}""")]
    [InlineData("""{"from":"2025-01-01","input":"\ud800"}""")]
    [InlineData("""{"from":"2025-01-01","input":"99999999999"}""")]
    [InlineData("""{"from":"2025-01-01","input":"1","input":"1"}""")]
    [InlineData("""{"from":"2025-01-01","output":"1","input":"1"}""")]
    [InlineData("""{"input":"1","from":"2025-01-01"}""")]
    [InlineData("""{"from":"2025-01-01","inptu":"1"}""")]
    [InlineData("""{"from":"2025-01-01","list":{"list":{}}}""")]
    [InlineData("""{"from":"2025-01-01","list":"1"}""")]
    [InlineData("""{"from":"2025-01-01","list":{"from":"2025-01-01"}}""")]
    [InlineData("""{"from":"2025-01-01T00:00:00Z"}""")]
    [InlineData("""{"from":"2025-01-01T01:00:00+00:00"}""")]
    [InlineData("""{"from":"2025-13-01"}""")]
    [InlineData("""{"fr\u006fm":"2025-01-01"}""")]
    public void Text_that_no_price_has_is_refused(string json) => ModelPrice.TryParse(json, out _).ShouldBeFalse();

    private static Rates AnyRates(Random random)
    {
        var rates = Rates.None;
        foreach (var (name, _) in All.Given())
        {
            // From a nano-dollar to the dearest rate there can be, and zero.
            rates = random.Next(3) == 0 ? rates.With(name, new Money(random.NextInt64(1L << random.Next(50))))! : rates;
        }

        return rates;
    }
}
