using Gateway.Core.Callers;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Callers;

public sealed class CallerTests
{
    [Fact]
    public void Key_without_a_list_may_use_every_model() => With().MayUse("gpt-4o").ShouldBeTrue();

    [Theory]
    [InlineData("gpt-4o", true)]
    [InlineData("gpt-4o-mini", false)]
    [InlineData("GPT-4O", false)]
    [InlineData("o3", true)]
    [InlineData("o3-pro", true)]
    [InlineData("o", false)]
    [InlineData("", false)]
    public void Listed_names_match_exactly_and_by_prefix(string model, bool may) => With("gpt-4o", "o3*").MayUse(model).ShouldBe(may);

    [Fact]
    public void Lone_asterisk_is_every_model() => With("*").MayUse("gpt-4o").ShouldBeTrue();

    [Theory]
    [InlineData("gpt-4o", false)]
    [InlineData("g*t", true)]
    public void Asterisk_elsewhere_is_a_plain_character(string model, bool may) => With("g*t").MayUse(model).ShouldBe(may);

    [Fact]
    public void Plan_is_worked_out_once_for_each_tier()
    {
        var caller = With();
        var tier = new RateLimits { RequestsPerMinute = 5 };
        var plan = caller.PlanUnder(tier);

        caller.PlanUnder(tier).ShouldBeSameAs(plan);
        caller.PlanUnder(new RateLimits { RequestsPerMinute = 5 }).ShouldNotBeSameAs(plan);
        caller.PlanUnder(null).Always.ShouldBeEmpty();
    }

    private static Caller With(params string[] models) => new() { Tenant = new TenantId("ten_1"), Key = new KeyId("key_1"), AllowedModels = [.. models] };
}
