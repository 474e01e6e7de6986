using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Gateway.Core.Audio;
using Gateway.Core.Dialects;
using Gateway.Core.Errors;
using Gateway.Core.Images;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;

namespace Gateway.Core.Endpoints;

/// <summary><c>/v1/audio/transcriptions</c> and <c>/translations</c>: a file of audio goes in with its form, and its text comes as JSON, as it is, or as events.</summary>
internal sealed class TranscriptEndpoint(string path) : MediaEndpoint(path, MediaKind.Transcript, "prompt", required: null)
{
    private static readonly byte[] Done = "transcript.text.done"u8.ToArray();

    private static readonly FrozenSet<string> Fields = FrozenSet.ToFrozenSet(["model", "prompt", "stream", "response_format", "user"]);

    public override bool TakesJson => false;

    public override FrozenSet<string>? FormFields => Fields;

    public override string Accepts => "*/*";

    public override bool TryReadForm(
        FormBody form, ReadOnlyMemory<byte> fields, int maxImages, in ImageLimits limits, [NotNullWhen(true)] out ParsedRequest? request, [NotNullWhen(false)] out GatewayError? error)
    {
        if (!TryRead(fields, maxImages, out request, out error) || !TryFindFile(form, "file", out var file, out error))
        {
            return false;
        }

        request = request with { Form = form, Media = request.Media! with { Audio = AudioProbe.Measure(form.File(file)) } }; // The reader tells what is asked for.
        return true;
    }

    public override bool PassesAnswer(ParsedRequest request, string? mediaType) =>
        request.Media is { IsPlainText: true } && mediaType is not null && mediaType.StartsWith("text/", StringComparison.OrdinalIgnoreCase)
        && !mediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase);

    public override IAnswerEvents BeginStream(in AnswerFrame frame, ParsedRequest request, ReceivedText? text) => new MediaEvents(Done, MediaKind.Transcript, text);

    protected override bool IsAnswer(in MediaAnswer answer) => answer.HasText;
}
