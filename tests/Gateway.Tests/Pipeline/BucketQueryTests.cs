using Gateway.Core.Callers;
using Gateway.Pipeline;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace Gateway.Tests.Pipeline;

/// <summary>Which spans of time a query of usage covers.</summary>
public sealed class BucketQueryTests
{
    private static readonly DateTimeOffset Midnight = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("1m", 0, 61)]
    [InlineData("1m", 400, 61)]
    [InlineData("1m", 59_999, 61)]
    [InlineData("1m", 60_000, 62)]
    [InlineData("1h", 0, 2)]
    [InlineData("1d", 0, 2)]
    public void Span_that_has_just_begun_is_told_with_the_others(string width, int milliseconds, int buckets)
    {
        var context = new DefaultHttpContext();
        var start = Midnight.AddHours(-1).ToUnixTimeSeconds();
        context.Request.QueryString = new QueryString($"?start_time={start}&bucket_width={width}&limit={(width == "1d" ? 31 : 168)}");

        BucketQuery.Read(context.Request, new TenantId("tnt_1"), Midnight.AddMilliseconds(milliseconds), costs: false).TryGet(out var query, out _).ShouldBeTrue();

        query.Buckets.ShouldBe(buckets);
        query.Rows.To.ShouldBeGreaterThan(Midnight.AddMilliseconds(milliseconds).ToUnixTimeSeconds());
        query.Next.ShouldBeNull();
    }
}
