using System.Collections.Frozen;
using System.Text;
using Gateway.Core.Endpoints;
using Gateway.Core.Models;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Endpoints;

/// <summary>A card's parameters, written in the names of a chat, at the other endpoints.</summary>
public sealed class EndpointPolicyTests
{
    private static readonly ParameterPolicy Card = new()
    {
        Defaults = [Default("max_completion_tokens", "7"), Default("max_tokens", "9"), Default("temperature", "0"), Default("verbosity", "\"low\""), Default("dimensions", "4")],
        Drop = FrozenSet.ToFrozenSet(["max_tokens", "response_format", "suffix"]),
        Reject = FrozenSet.ToFrozenSet(["user"]),
    };

    [Theory]
    [InlineData("/v1/responses", "max_output_tokens=16 temperature=0 dimensions=4", "max_output_tokens suffix text")]
    [InlineData("/v1/completions", "max_tokens=7 temperature=0 dimensions=4", "max_tokens suffix")]
    [InlineData("/v1/embeddings", "dimensions=4", "suffix")]
    [InlineData("/v1/moderations", "dimensions=4", "suffix")]
    public void Names_are_those_of_the_endpoint_and_what_it_does_not_know_is_left_out(string path, string defaults, string drop)
    {
        var policy = ApiEndpoint.All.Single(endpoint => endpoint.Path == path).PolicyOf(Card);

        string.Join(' ', policy.Defaults.Select(parameter => $"{parameter.Name}={Encoding.UTF8.GetString(parameter.Json.AsSpan())}")).ShouldBe(defaults);
        string.Join(' ', policy.Drop.Order(StringComparer.Ordinal)).ShouldBe(drop);
        policy.Reject.ShouldBe(["user"]);
    }

    [Fact]
    public void Policy_is_worked_out_once_for_a_card()
    {
        foreach (var endpoint in ApiEndpoint.All)
        {
            endpoint.PolicyOf(Card).ShouldBeSameAs(endpoint.PolicyOf(Card));
            endpoint.PolicyOf(ParameterPolicy.None).ShouldBeSameAs(ParameterPolicy.None);
        }
    }

    private static ParameterDefault Default(string name, string json) => new(name, [.. Encoding.UTF8.GetBytes(json)]);
}
