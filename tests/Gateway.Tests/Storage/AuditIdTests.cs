using Gateway.Storage;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Storage;

public sealed class AuditIdTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Ids_of_one_instant_sort_as_they_were_given()
    {
        // More than the count holds.
        var ids = Enumerable.Range(0, 10_000).Select(_ => AuditId.Next(At)).ToList();

        ids.ShouldBe(ids.Order(StringComparer.Ordinal));
        ids.Distinct().Count().ShouldBe(ids.Count);
    }

    [Fact]
    public void Id_is_a_uuid_of_version_7()
    {
        var id = AuditId.Next(At);

        id.ShouldStartWith("aud_");
        var guid = Guid.ParseExact(id[4..], "N");
        (guid.Version, guid.Variant & 0xC).ShouldBe((7, 8));
    }

    [Fact]
    public void Clock_that_goes_back_does_not_turn_the_order()
    {
        var late = AuditId.Next(At.AddYears(1));

        string.CompareOrdinal(AuditId.Next(At), late).ShouldBeGreaterThan(0);
    }
}
