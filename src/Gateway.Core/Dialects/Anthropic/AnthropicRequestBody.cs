using System.Buffers;
using Gateway.Core.Requests;

namespace Gateway.Core.Dialects.Anthropic;

/// <summary>
/// A body in the making: what is written here, and between it long stretches of the client's own bytes and stored pictures, which are not
/// copied.
/// </summary>
internal sealed class AnthropicRequestBody
{
    private const int FirstBytes = 1024;

    // Below it a copy costs less than a segment of its own.
    private const int LeastStretch = 1024;

    private readonly ArrayBufferWriter<byte> _written = new(FirstBytes);
    private readonly List<Splice> _stretches = [];

    public void Write(ReadOnlySpan<byte> json) => _written.Write(json);

    public void Write(long number) => JsonBytes.Write(_written, number);

    /// <summary>Bytes that stay as they are until the body is sent.</summary>
    public void Take(ReadOnlyMemory<byte> json)
    {
        if (json.Length < LeastStretch)
        {
            _written.Write(json.Span);
        }
        else
        {
            _stretches.Add(new Splice(_written.WrittenCount, 0, json));
        }
    }

    public void Take(StreamedInsert content) => _stretches.Add(new Splice(_written.WrittenCount, 0, default) { Stream = content });

    public SplicedBody Build()
    {
        Write("}"u8);
        return SplicedBody.From(_written.WrittenMemory, _stretches);
    }
}
