using Gateway.Core.Dialects;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;

namespace Gateway.Core.Endpoints;

/// <summary><c>/v1/audio/speech</c>: JSON goes in, and a file of audio comes, or events that carry it.</summary>
internal sealed class SpeechEndpoint() : MediaEndpoint("/audio/speech", MediaKind.Speech, "input", required: "input")
{
    private static readonly byte[] Done = "speech.audio.done"u8.ToArray();

    public override string Accepts => "*/*";

    // A page or a JSON body in the place of audio is a provider's way to fail.
    public override bool PassesAnswer(ParsedRequest request, string? mediaType) =>
        !request.Stream && mediaType is not null
        && (mediaType.StartsWith("audio/", StringComparison.OrdinalIgnoreCase) || mediaType.Equals("application/octet-stream", StringComparison.OrdinalIgnoreCase));

    public override IAnswerEvents BeginStream(in AnswerFrame frame, ParsedRequest request, ReceivedText? text) => new MediaEvents(Done, MediaKind.Speech, text);

    protected override bool IsAnswer(in MediaAnswer answer) => false;
}
