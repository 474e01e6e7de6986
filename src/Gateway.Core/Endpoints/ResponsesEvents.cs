using System.Buffers;
using System.Text.Json;
using Gateway.Core.Dialects;
using Gateway.Core.Dialects.OpenAi;
using Gateway.Core.Errors;
using Gateway.Core.Requests;
using Gateway.Core.Streaming;

namespace Gateway.Core.Endpoints;

/// <summary>The events of one response, which pass with the client's name of the model; the last of them, the whole response, ends the stream.</summary>
internal sealed class ResponsesEvents(ReceivedText? text) : IAnswerEvents
{
    private static readonly SearchValues<byte> OfName = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._-"u8);

    private bool _hasText;
    private bool _hasPassed;

    public AnswerEvent Read(ReadOnlySpan<byte> data, IBufferWriter<byte> output)
    {
        if (!ResponsesAnswerReader.TryReadEvent(data, out var answer, text, takesOutput: !_hasText))
        {
            return new AnswerEvent { IsMalformed = true };
        }

        _hasText |= answer.Text != default;
        if (answer.Kind == ResponsesEventKind.Error)
        {
            return new AnswerEvent { Error = OpenAiErrors.Read(500, data) };
        }

        var hasFailed = answer.Kind == ResponsesEventKind.Failed;
        if (hasFailed && Reason(data, answer) is { } reason && (!_hasPassed || IsOperators(reason)))
        {
            return new AnswerEvent { Error = reason };
        }

        _hasPassed = true;
        return new AnswerEvent
        {
            Passes = true,
            IsTerminal = hasFailed || answer.Kind == ResponsesEventKind.Completed,
            HasFailed = hasFailed,
            IsPreamble = answer.Text == default,
            Name = NameIn(answer.Type, data),
            Model = answer.Model,
            Usage = answer.Usage,
            Text = answer.Text,
            Stored = Responses.StoredOf(answer, data),
        };
    }

    /// <summary>The name without its quotes; none where it holds what cannot stand on a line of its own.</summary>
    private static ByteRange NameIn(ByteRange type, ReadOnlySpan<byte> data)
    {
        var name = type.Length > 2 ? new ByteRange(type.Start + 1, type.Length - 2) : default;
        return name.Of(data).ContainsAnyExcept(OfName) ? default : name;
    }

    /// <summary>Why a response says that it failed; null where it does not say.</summary>
    private static UpstreamRefusal? Reason(ReadOnlySpan<byte> data, ResponsesAnswer answer) =>
        answer.Error.Length > 0 && answer.Error.Of(data)[0] == '{' ? OpenAiErrors.Read(500, answer.Error.Of(data)) : null;

    /// <summary>What lies between the gateway and its provider is not the client's to read.</summary>
    private static bool IsOperators(UpstreamRefusal reason) =>
        GatewayError.FromAnswer(reason).Fault is not (ProviderFault.RequestRefused or ProviderFault.Failed or ProviderFault.RateLimited);
}
