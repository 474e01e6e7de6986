using Gateway.Core.Dialects;
using Gateway.Core.Dialects.Gemini;
using Shouldly;
using Xunit;

namespace Gateway.Core.Tests.Dialects.Gemini;

public sealed class GeminiDialectTests
{
    [Theory]
    [InlineData("https://g.example", "gemini-2.5-flash", "https://g.example/v1beta/models/gemini-2.5-flash")]
    [InlineData("https://g.example/v1beta", "gemini-2.5-flash", "https://g.example/v1beta/models/gemini-2.5-flash")]
    [InlineData("https://g.example/proxy/google", "gemini-2.5-flash", "https://g.example/proxy/google/v1beta/models/gemini-2.5-flash")]
    [InlineData("https://g.example", "models/gemini-2.5-flash", "https://g.example/v1beta/models/gemini-2.5-flash")]
    [InlineData("https://g.example", "tunedModels/mine-1", "https://g.example/v1beta/tunedModels/mine-1")]
    [InlineData("https://g.example", "a b/../c?d#e:f", "https://g.example/v1beta/models/a%20b%2F..%2Fc%3Fd%23e%3Af")]
    public void Model_and_method_stand_in_the_path(string baseUrl, string model, string expected)
    {
        var deployment = GeminiWire.Deployment(model, baseUrl);

        deployment.AddressOf("/chat/completions", stream: false)!.AbsoluteUri.ShouldBe($"{expected}:generateContent");
        deployment.AddressOf("/chat/completions", stream: true)!.AbsoluteUri.ShouldBe($"{expected}:streamGenerateContent?alt=sse");
    }

    [Fact]
    public void Catalog_knows_it_by_name_and_its_pictures_go_in_the_body()
    {
        Dialect.TryGet("gemini", out var dialect).ShouldBeTrue();

        dialect.ShouldBeSameAs(GeminiDialect.Instance);
        dialect!.InlinesImages.ShouldBeTrue();
        dialect.Credential(new Core.Models.Secret("k")).Header.ShouldBe("x-goog-api-key");
    }

    [Theory]
    [InlineData("gemini-1.5-pro", false)]
    [InlineData("gemini-2.5-flash", false)]
    [InlineData("models/gemini-2.0-flash-lite", false)]
    [InlineData("gemini-3-pro-preview", true)]
    [InlineData("gemini-3.1-flash", true)]
    [InlineData("gemini-10", true)]
    [InlineData("gemini-flash-latest", true)]
    [InlineData("gemini-", true)]
    public void Generation_is_told_by_the_name(string model, bool byLevel) => GeminiModelName.ThinksByLevel(model).ShouldBe(byLevel);
}
