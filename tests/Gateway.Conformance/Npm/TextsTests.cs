using Xunit;

namespace Gateway.Conformance.Npm;

/// <summary>OpenAI's npm package on embeddings, text completions and moderation, one result for each case of its script.</summary>
public sealed class TextsTests(TextsSuite suite) : IClassFixture<TextsSuite>
{
    public static TheoryData<string> Cases => new(TextsSuite.Cases);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Npm_client_is_served_embeddings_completions_and_moderation(string name) => suite.Script.Report(name);
}
