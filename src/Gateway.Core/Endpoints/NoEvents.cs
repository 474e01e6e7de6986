using System.Buffers;
using Gateway.Core.Dialects;

namespace Gateway.Core.Endpoints;

/// <summary>A stream where none can be: its first event breaks it.</summary>
internal sealed class NoEvents : IAnswerEvents
{
    public static readonly NoEvents Instance = new();

    private NoEvents()
    {
    }

    public AnswerEvent Read(ReadOnlySpan<byte> data, IBufferWriter<byte> output) => new() { IsMalformed = true };
}
