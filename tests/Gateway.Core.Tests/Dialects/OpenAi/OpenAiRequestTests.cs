using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using Gateway.Core.Dialects;
using Gateway.Core.Dialects.OpenAi;
using Gateway.Core.Models;
using Gateway.Core.Requests;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Dialects.OpenAi;

public sealed class OpenAiRequestTests
{
    private static readonly Deployment Upstream = new()
    {
        Provider = new Provider { Name = "p", Dialect = OpenAiDialect.Instance, BaseUrl = new Uri("https://example.com/v1") },
        Model = "up\"stream",
    };

    [Theory]
    [InlineData("""{"model":"m","messages":[{}]}""", """{"model":"up\"stream","messages":[{}]}""")]
    [InlineData("""{ "messages":[{}], "x":1.0, "model" : "\u006d" }""", """{ "messages":[{}], "x":1.0, "model" : "up\"stream" }""")]
    [InlineData("""{"stream":true,"model":"m","messages":[{}]}""", """{"stream_options":{"include_usage":true},"stream":true,"model":"up\"stream","messages":[{}]}""")]
    [InlineData("""{"stream":true,"stream_options":{ },"model":"m","messages":[{}]}""", """{"stream":true,"stream_options":{"include_usage":true },"model":"up\"stream","messages":[{}]}""")]
    [InlineData("""{"model":"m","stream":true,"stream_options":{"include_usage": null},"messages":[{}]}""", """{"model":"up\"stream","stream":true,"stream_options":{"include_usage": true},"messages":[{}]}""")]
    [InlineData("""{"model":"m","stream":false,"stream_options":null,"messages":[{}]}""", """{"model":"up\"stream","stream":false,"stream_options":null,"messages":[{}]}""")]
    public void Only_what_must_change_changes(string sent, string received) => Rewrite(sent, ParameterPolicy.None).ShouldBe(received);

    [Theory]
    [InlineData("""{"drop":1,"model":"m","messages":[{}]}""", """{"max_tokens":300,"model":"up\"stream","messages":[{}]}""")]
    [InlineData("""{"model":"m", "drop" : [1,{"a":"}"}] , "messages":[{}]}""", """{"max_tokens":300,"model":"up\"stream" , "messages":[{}]}""")]
    [InlineData("""{"model":"m","messages":[{}],"drop":"x" }""", """{"max_tokens":300,"model":"up\"stream","messages":[{}] }""")]
    [InlineData("""{"model":"m","max_tokens": null ,"messages":[{}]}""", """{"model":"up\"stream","max_tokens": 300 ,"messages":[{}]}""")]
    [InlineData("""{"drop":1,"drop":2,"max_tokens":null,"model":"m","messages":[{}]}""", """{"max_tokens":300,"model":"up\"stream","messages":[{}]}""")]
    [InlineData("""{"model":"m","messages":[{}],"max_tokens":7}""", """{"model":"up\"stream","messages":[{}],"max_tokens":7}""")]
    [InlineData("""{"model":"m","messages":[{}],"max_completion_tokens":7}""", """{"model":"up\"stream","messages":[{}],"max_completion_tokens":7}""")]
    public void Policy_drops_and_adds(string sent, string received) => Rewrite(sent, Policy()).ShouldBe(received);

    [Fact]
    public void Default_maximum_counts_as_the_clients()
    {
        Plan("""{"model":"m","messages":[{}]}""", Policy()).AllowedCompletion.ShouldBe(300);
        Plan("""{"model":"m","messages":[{}],"max_completion_tokens":7}""", Policy()).AllowedCompletion.ShouldBe(7);
    }

    [Fact]
    public void Rejected_parameter_is_refused_unless_it_is_null()
    {
        var body = """{"model":"m","messages":[{}],"reject":null}"""u8.ToArray();
        RequestReader.TryRead(body, 1, out var request, out _).ShouldBeTrue();
        RequestPolicy.TryApply(body, request!, Policy(), out _, out _).ShouldBeTrue();

        body = """{"model":"m","messages":[{}],"reject":[]}"""u8.ToArray();
        RequestReader.TryRead(body, 1, out request, out _).ShouldBeTrue();
        RequestPolicy.TryApply(body, request!, Policy(), out _, out var error).ShouldBeFalse();
        (error!.Code, error.Param).ShouldBe(("unsupported_parameter", "reject"));
    }

    private static ParameterPolicy Policy() => new()
    {
        Defaults = [new ParameterDefault("max_tokens", [.. "300"u8])],
        Drop = ((string[])["drop"]).ToFrozenSet(),
        Reject = ((string[])["reject"]).ToFrozenSet(),
    };

    private static RequestPlan Plan(string json, ParameterPolicy policy)
    {
        var body = Encoding.UTF8.GetBytes(json);
        RequestReader.TryRead(body, 1, out var request, out var error).ShouldBeTrue(error?.Message);
        RequestPolicy.TryApply(body, request!, policy, out var plan, out error).ShouldBeTrue(error?.Message);
        return plan!;
    }

    private static string Rewrite(string json, ParameterPolicy policy)
    {
        var request = new UpstreamRequest(Encoding.UTF8.GetBytes(json), Plan(json, policy), default, new ModelCard { Id = "card" }, Upstream);
        var spliced = OpenAiRequest.Write(request);
        var bytes = spliced.Segments.SelectMany(segment => segment.Memory.ToArray()).ToArray();
        bytes.Length.ShouldBe((int)spliced.Length);
        return Encoding.UTF8.GetString(bytes);
    }
}
