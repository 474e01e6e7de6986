using Xunit;

namespace Gateway.Conformance.Npm;

/// <summary>OpenAI's npm package on images and audio, one result for each case of its script.</summary>
public sealed class MediaTests(MediaSuite suite) : IClassFixture<MediaSuite>
{
    public static TheoryData<string> Cases => new(MediaSuite.Cases);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Npm_client_is_served_images_and_audio(string name) => suite.Script.Report(name);
}
