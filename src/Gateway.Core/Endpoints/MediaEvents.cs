using System.Buffers;
using Gateway.Core.Dialects;
using Gateway.Core.Dialects.OpenAi;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;

namespace Gateway.Core.Endpoints;

/// <summary>The events of images, speech and transcripts, which all pass. The one that carries the whole, with the usage, is the last.</summary>
/// <param name="last">The type of that one.</param>
/// <param name="kind">What is streamed.</param>
/// <param name="text">Takes the text of the answer, or null where nobody will count it.</param>
internal sealed class MediaEvents(byte[] last, MediaKind kind, ReceivedText? text) : IAnswerEvents
{
    private static readonly SearchValues<byte> NameBytes = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"u8);

    private bool _hasDeltas;

    /// <summary>Says of what kind the output's tokens are where the provider does not tell.</summary>
    public static Usage Sort(in Usage usage, MediaKind kind) => kind switch
    {
        MediaKind.Images when usage.ImageOutputTokens == 0 => usage with { ImageOutputTokens = usage.CompletionTokens },
        MediaKind.Speech when usage.AudioOutputTokens == 0 => usage with { AudioOutputTokens = usage.CompletionTokens },
        _ => usage,
    };

    public AnswerEvent Read(ReadOnlySpan<byte> data, IBufferWriter<byte> output)
    {
        if (data.StartsWith("[DONE]"u8))
        {
            // Behind the last event, or a provider's own end.
            return new AnswerEvent { IsTerminal = true };
        }

        // The last event repeats what came piece by piece.
        if (!MediaAnswerReader.TryRead(data, out var answer))
        {
            return new AnswerEvent { IsMalformed = true };
        }

        var isLast = answer.Type.Of(data).SequenceEqual(last);
        if (answer.HasError || answer.Type.Of(data).SequenceEqual("error"u8))
        {
            return new AnswerEvent { Error = OpenAiErrors.Read(500, data) };
        }

        var counts = answer.Text != default && !(isLast && _hasDeltas);
        if (counts)
        {
            MediaAnswerReader.TryRead(data, out _, text);
            _hasDeltas = true;
        }

        return new AnswerEvent
        {
            Name = IsName(answer.Type.Of(data)) ? answer.Type : default,
            Passes = true,
            IsTerminal = isLast,
            Finished = isLast,
            Usage = answer.Usage is { } usage ? Sort(usage, kind) : null,
            Text = counts ? answer.Text : default,
            Images = isLast && kind == MediaKind.Images ? 1 : 0,
        };
    }

    private static bool IsName(ReadOnlySpan<byte> type) => !type.ContainsAnyExcept(NameBytes);
}
